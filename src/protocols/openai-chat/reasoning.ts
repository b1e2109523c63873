import type { Reasoning } from '../../core/conversation.ts';
import { effortFor, effortFrom, type Effort } from '../../core/effort.ts';
import type { Quirks } from '../../core/route.ts';
import { asBoolean, asCount, asObject, compact, type JsonObject } from '../../lib/json.ts';
import { takes } from './settings.ts';

/** OpenAI's models before o1 cannot think, and refuse to be asked. */
const CANNOT_THINK = /^(?:openai\/)?(?:gpt-3\.5|gpt-4|chatgpt-4o)/;

/** Those since o1 do think, unless they can be told not to and are. */
const THINKS = /^(?:openai\/)?(?:o\d|gpt-(?:[5-9]|\d\d)(?!\.\d+-chat|-chat))/;

/** Whether the model is one of OpenAI's that is going to think. */
export function isThinker(model: string, { enabled, effort }: Reasoning): boolean {
  const isOff = /gpt-5\.\d|gpt-(?:[6-9]|\d\d)/.test(model) && (enabled === false || effort === 'none');
  return THINKS.test(model) && !isOff;
}

/** The fields that say how much to think: OpenAI's own and those of vendors. */
export const REASONING_FIELDS = ['reasoning_effort', 'reasoning', 'thinking', 'include_reasoning', 'reasoning_format'];

/**
 * Reads `reasoning_effort`, `reasoning: {effort, max_tokens, enabled, exclude}` (OpenRouter), `thinking: {type,
 * budget_tokens}` (DeepSeek, Z.ai), `include_reasoning` and `reasoning_format` (Groq).
 */
export function decodeReasoning(body: JsonObject): Reasoning | undefined {
  const [object, thinking] = [asObject(body['reasoning']), asObject(body['thinking'])];
  const effort = effortFrom(body['reasoning_effort']) ?? effortFrom(object?.['effort']);
  const reasoning = compact({
    effort,
    budgetTokens: asCount(object?.['max_tokens']) ?? asCount(thinking?.['budget_tokens']),
    adaptive: thinking?.['type'] === 'adaptive' ? true : undefined,
    enabled: effort === 'none' ? false : (asBoolean(object?.['enabled']) ?? isSwitchedOn(thinking?.['type'])),
    visible: isVisible(body, object),
  });
  return Object.keys(reasoning).length === 0 ? undefined : reasoning;
}

function isSwitchedOn(word: unknown): boolean | undefined {
  return word === 'enabled' ? true : word === 'disabled' ? false : undefined;
}

/** Writes it as the backend wants it; undefined if it cannot be told there. */
export function encodeReasoning(
  reasoning: Reasoning,
  { model, quirks }: { readonly model: string; readonly quirks: Quirks },
): JsonObject | undefined {
  const field = quirks.reasoningField ?? 'reasoning_effort';
  const meant = effortOf(reasoning);
  if (meant === undefined) return {};
  const effort = nearest(meant, quirks);
  if (CANNOT_THINK.test(model)) return effort === 'none' ? {} : undefined;
  if (!takes(quirks, field)) return undefined;
  if (field === 'thinking') return { thinking: { type: effort === 'none' ? 'disabled' : 'enabled' } };
  return field === 'reasoning' ? { reasoning: asObjectOf(reasoning, effort) } : { reasoning_effort: effort };
}

/** The effort, or the next that the backend knows. */
function nearest(effort: Effort, quirks: Quirks): Effort {
  let word = effort;
  while (!takes(quirks, `reasoning_effort.${word}`)) {
    const next = NEXT[word];
    if (next === undefined) return effort;
    word = next;
  }
  return word;
}

const NEXT: Readonly<Partial<Record<Effort, Effort>>> = {
  none: 'minimal',
  minimal: 'low',
  low: 'medium',
  medium: 'high',
  max: 'xhigh',
  xhigh: 'high',
};

/** The word for it; undefined where the model is to decide. */
function effortOf({ effort, budgetTokens, adaptive, enabled }: Reasoning): Effort | undefined {
  if (enabled === false) return 'none';
  if (effort !== undefined) return effort;
  if (budgetTokens !== undefined) return effortFor(budgetTokens);
  return enabled === true && adaptive !== true ? 'medium' : undefined;
}

function asObjectOf({ budgetTokens, effort: said, visible }: Reasoning, effort: Effort): JsonObject {
  const exclude = visible === false ? { exclude: true } : {};
  if (effort === 'none') return { enabled: false };
  return said === undefined && budgetTokens !== undefined
    ? { max_tokens: budgetTokens, ...exclude }
    : { effort, ...exclude };
}

function isVisible(body: JsonObject, object: JsonObject | undefined): boolean | undefined {
  if (object?.['exclude'] === true) return false;
  const format = body['reasoning_format'];
  if (typeof format === 'string') return format !== 'hidden';
  return asBoolean(body['include_reasoning']);
}
