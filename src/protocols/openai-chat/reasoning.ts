import type { Reasoning } from '../../core/conversation.ts';
import { effortFrom } from '../../core/effort.ts';
import { asBoolean, asCount, asObject, compact, type JsonObject } from '../../lib/json.ts';

/** The fields that say whether and how much to think: OpenAI's own and those of vendors. */
export const REASONING_FIELDS = [
  'reasoning_effort',
  'reasoning',
  'thinking',
  'enable_thinking',
  'thinking_budget',
  'include_reasoning',
  'reasoning_format',
] as const;

/**
 * Reads `reasoning_effort`, `reasoning: {effort, max_tokens, enabled, exclude}` (OpenRouter), `thinking: {type,
 * budget_tokens}` (DeepSeek, Z.ai, Moonshot), `enable_thinking` and `thinking_budget` (Qwen), `include_reasoning` and
 * `reasoning_format` (Groq).
 */
export function decodeReasoning(body: JsonObject): Reasoning | undefined {
  const [object, thinking] = [asObject(body['reasoning']), asObject(body['thinking'])];
  const effort = effortFrom(body['reasoning_effort']) ?? effortFrom(object?.['effort']);
  const reasoning = compact({
    effort,
    budgetTokens:
      asCount(object?.['max_tokens']) ?? asCount(thinking?.['budget_tokens']) ?? asCount(body['thinking_budget']),
    adaptive: thinking?.['type'] === 'adaptive' ? true : undefined,
    enabled: effort === 'none' ? false : isEnabled(body),
    visible: isVisible(body, object),
  });
  return Object.keys(reasoning).length === 0 ? undefined : reasoning;
}

/** Those of these fields that the request has something in. */
export function reasoningFieldsOf(body: JsonObject): readonly string[] {
  return REASONING_FIELDS.filter((field) => {
    const value = body[field] ?? undefined;
    const object = asObject(value);
    return value !== undefined && (object === undefined || Object.keys(object).length > 0);
  });
}

function isEnabled(body: JsonObject): boolean | undefined {
  const said = asBoolean(asObject(body['reasoning'])?.['enabled']) ?? asBoolean(body['enable_thinking']);
  return said ?? isSwitchedOn(asObject(body['thinking'])?.['type']);
}

function isSwitchedOn(word: unknown): boolean | undefined {
  return word === 'enabled' ? true : word === 'disabled' ? false : undefined;
}

function isVisible(body: JsonObject, object: JsonObject | undefined): boolean | undefined {
  if (object?.['exclude'] === true) return false;
  const format = body['reasoning_format'];
  if (typeof format === 'string') return format !== 'hidden';
  return asBoolean(body['include_reasoning']);
}
