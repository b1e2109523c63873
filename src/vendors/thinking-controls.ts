import { effortsBetween, type Effort } from '../core/effort.ts';
import type { ThinkingControl } from '../core/route.ts';

/** `reasoning_effort` with the efforts that the model knows: OpenAI's form, and most others'. */
export const BY_EFFORT: ThinkingControl = { effort: { field: 'reasoning_effort' } };

/** `reasoning_effort` of low, medium or high. */
export const BY_THREE_EFFORTS: ThinkingControl = {
  effort: { field: 'reasoning_effort', words: effortsBetween('low', 'high') },
};

/** `reasoning_effort` with these values, which a backend documents for a model. `none` turns thinking off. */
export function byWords(...words: readonly Effort[]): ThinkingControl {
  return { effort: { field: 'reasoning_effort', words, exact: true } };
}

/** Nothing, which no backend refuses. A request for thinking is left out and reported. */
export const UNTOLD: ThinkingControl = {};

/** `thinking: {type}`: on or off, without an amount. */
export const BY_TYPE: ThinkingControl = {
  on: { thinking: { type: 'enabled' } },
  off: { thinking: { type: 'disabled' } },
};

/** It always thinks, and takes no amount. */
export const BY_ITSELF: ThinkingControl = { on: {} };

/** `enable_thinking: bool`: on or off, without an amount. */
export const BY_SWITCH: ThinkingControl = {
  on: { enable_thinking: true },
  off: { enable_thinking: false },
};

/** The same with `thinking_budget`: https://www.alibabacloud.com/help/en/model-studio/deep-thinking. */
export const BY_ENABLE: ThinkingControl = {
  ...BY_SWITCH,
  budget: { field: 'thinking_budget', least: 128, most: 32_768 },
};

/** `reasoning: {effort | max_tokens | enabled, exclude}`: https://openrouter.ai/docs/use-cases/reasoning-tokens. */
export const BY_OBJECT: ThinkingControl = {
  off: { reasoning: { enabled: false } },
  effort: { field: 'reasoning.effort', words: effortsBetween('minimal', 'max') },
  budget: { field: 'reasoning.max_tokens', least: 1 },
  hide: { reasoning: { exclude: true } },
};

/** What the template of an open model reads: https://docs.vllm.ai/en/latest/features/reasoning_outputs. */
export const BY_TEMPLATE: ThinkingControl = {
  on: { chat_template_kwargs: { enable_thinking: true } },
  off: { chat_template_kwargs: { enable_thinking: false } },
};

/** By name in the config. */
export const THINKING_CONTROLS = {
  reasoning_effort: BY_EFFORT,
  reasoning: BY_OBJECT,
  thinking: BY_TYPE,
  enable_thinking: BY_SWITCH,
  chat_template_kwargs: BY_TEMPLATE,
} as const satisfies Readonly<Record<string, ThinkingControl>>;
