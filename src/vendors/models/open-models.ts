import { effortsBetween } from '../../core/effort.ts';
import type { ModelFacts } from './facts.ts';
import { mistralFacts } from './mistral.ts';

/** What is known of a model that several vendors serve, under names with their own prefixes. */
export function openModelTraits(name: string): Partial<ModelFacts> | undefined {
  const own = name.toLowerCase();
  return mistralFacts(own) ?? SERIES.find(([pattern]) => pattern.test(own))?.[1];
}

/** The first that fits holds. */
const SERIES: readonly (readonly [name: RegExp, facts: Partial<ModelFacts>])[] = [
  // https://huggingface.co/openai/gpt-oss-120b: low, medium and high, and it cannot be told not to.
  [/gpt-?oss/, { reasons: true, efforts: effortsBetween('low', 'high') }],
  // https://docs.cohere.com/docs/compatibility-api: none and high, of those that can think.
  [/command-a-(?:reasoning|plus)|north-mini-code/, { reasons: true, efforts: ['none', 'high'] }],
  [/(?:^|[/.])(?:c4ai-)?command-/, { efforts: [] }],
  // What was made of them by others may think.
  [/^(?!.*(?:distill|nemotron|hermes|cogito|reason|think)).*(?:^|[^o])llama-?v?[1-4]/, { efforts: [] }],
  [/(?:^|[/.])gemma-?[1-3]/, { efforts: [] }],
];
