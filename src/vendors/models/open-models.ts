import { effortsBetween } from '../../core/effort.ts';
import type { ModelFacts } from './facts.ts';

/** What is known of a model that several vendors serve, under names with their own prefixes. */
export function openModelTraits(name: string): Partial<ModelFacts> | undefined {
  const own = name.toLowerCase();
  return SERIES.find(([pattern]) => pattern.test(own))?.[1];
}

/** The first that fits holds. */
const SERIES: readonly (readonly [name: RegExp, facts: Partial<ModelFacts>])[] = [
  // https://huggingface.co/openai/gpt-oss-120b: low, medium and high, and it cannot be told not to.
  [/gpt-oss/, { reasons: true, efforts: effortsBetween('low', 'high') }],
];
