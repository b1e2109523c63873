import { EFFORTS, effortsBetween } from '../../core/effort.ts';
import type { ModelFacts } from './facts.ts';
import { mistralFacts } from './mistral.ts';
import { since } from './since.ts';

/** The facts about a model that several vendors serve, under names with their own prefixes. */
export function openModelTraits(name: string): Partial<ModelFacts> | undefined {
  const own = name.slice(0, MOST_CHARACTERS).toLowerCase();
  return mistralFacts(own) ?? SERIES.find(([pattern]) => pattern.test(own))?.[1];
}

/** With a wildcard alias, clients choose the names. No model's name is longer. */
const MOST_CHARACTERS = 200;

/** It always thinks. */
const ALWAYS: Partial<ModelFacts> = { reasons: true, efforts: effortsBetween('low', 'high') };
/** It thinks unless it is told not to. Its backend decides how to set the amount. */
const UNLESS_TOLD: Partial<ModelFacts> = { reasons: true, efforts: EFFORTS };
/** It thinks if it is told to. */
const IF_TOLD: Partial<ModelFacts> = { reasons: false, efforts: EFFORTS };
const NEVER: Partial<ModelFacts> = { reasons: false, efforts: [] };

/** The first match applies. */
const SERIES: readonly (readonly [name: Pick<RegExp, 'test'>, facts: Partial<ModelFacts>])[] = [
  // https://huggingface.co/openai/gpt-oss-120b: low, medium and high; thinking cannot be turned off.
  [/gpt-?oss/, { reasons: true, efforts: effortsBetween('low', 'high') }],

  // https://api-docs.deepseek.com/guides/thinking_mode. The distilled models also have other makers' names.
  [/deepseek[\w.-]*r1|deepseek-reasoner|deepseek[\w.-]*speciale/, ALWAYS],
  // Bedrock's name for V3.1.
  [/deepseek\.v3-v1/, IF_TOLD],
  [/deepseek[\w.-]*-(?:coder|math|prover|vl)/, NEVER],
  [/deepseek-flash|deepseek-pro/, { reasons: true, efforts: ['none', 'low', 'high', 'max'] }],
  [since('deepseek[\\w-]*[-.]v', '4'), { reasons: true, efforts: ['none', 'low', 'high', 'max'] }],
  [since('deepseek[\\w-]*[-.]v', '3.1'), IF_TOLD],
  [/deepseek-chat|deepseek[\w-]*[-.]v[1-3]/, NEVER],

  // https://platform.kimi.ai/docs/guide/use-kimi-k2-thinking-model and the pages of each model.
  [/kimi-[\w.-]*thinking/, ALWAYS],
  [since('kimi-k', '3'), { reasons: true, efforts: ['low', 'high', 'max'] }],
  [since('kimi-k', '2.7'), ALWAYS],
  [since('kimi-k', '2.5'), UNLESS_TOLD],
  [/kimi-(?:k2|latest|linear)|moonshot-v1/, NEVER],

  // https://docs.z.ai/guides/capabilities/thinking-mode
  [/glm-(?:z1|[\w.-]*thinking)/, ALWAYS],
  [since('glm-', '5.3'), { reasons: true, efforts: ['low', 'high', 'max'] }],
  [since('glm-', '5.2'), { reasons: true, efforts: ['none', 'high', 'max'] }],
  [since('glm-', '4.5'), UNLESS_TOLD],
  [since('glm-', '1'), NEVER],

  // https://www.alibabacloud.com/help/en/model-studio/deep-thinking
  [/qwq|qvq|qwen[\w.:-]*thinking/, ALWAYS],
  [/qwen[\w.:-]*instruct|qwen(?:2\.5|3)-coder|codeqwen|qwen[12]|qwen-(?:max|long|mt|math|vl|omni|coder)/, NEVER],
  [/qwen3\.8-[a-z]+-preview/, { reasons: true, efforts: ['low', 'medium', 'xhigh'] }],
  [/qwen[\d.]+-(?:\d|[a-z]+-\d+b)|qwen[\d.]+:/, UNLESS_TOLD],
  [since('qwen', '3.8'), { reasons: true, efforts: ['none', 'low', 'medium', 'xhigh'] }],
  [/qwen3(?:\.\d+)?-max|qwen-(?:plus|flash|turbo)|qwen3-/, IF_TOLD],
  [since('qwen', '3.5'), UNLESS_TOLD],

  // https://platform.minimax.io/docs/api-reference/text-anthropic-api, …/responses-create
  [since('minimax-m', '3'), { reasons: true, efforts: effortsBetween('none', 'high') }],
  [since('minimax-m', '1'), { reasons: true, efforts: effortsBetween('minimal', 'high') }],
  [/minimax-(?:text-)?01|abab/, NEVER],

  // https://docs.cohere.com/docs/compatibility-api: `none` and `high`, for those that can think.
  [/command-a-(?:reasoning|plus)|north-mini-code/, { reasons: true, efforts: ['none', 'high'] }],
  [/(?:^|[/.])(?:c4ai-)?command-/, { efforts: [] }],
  // Models that others have made from these may think.
  [/^(?!.*(?:distill|nemotron|hermes|cogito|reason|think)).*(?:^|[^o])llama-?v?[1-4]/, { efforts: [] }],
  [/(?:^|[/.])gemma-?[1-3]/, { efforts: [] }],
];
