import type { Leftover, Reasoning } from '../../core/conversation.ts';
import { effortFrom } from '../../core/effort.ts';
import { asBoolean, asCount, asObject, compact, type JsonObject } from '../../lib/json.ts';
import { UnreadMembers } from '../unread-members.ts';

/** The fields that say whether and how much to think: OpenAI's own and those of vendors. */
export const REASONING_FIELDS = [
  'reasoning_effort',
  'reasoning',
  'thinking',
  'enable_thinking',
  'thinking_budget',
  'include_reasoning',
  'reasoning_format',
  'chat_template_kwargs',
] as const;

/**
 * Reads `reasoning_effort`, `reasoning: {effort, max_tokens, enabled, exclude}` (OpenRouter), `thinking: {type,
 * budget_tokens}` (DeepSeek, Z.ai, Moonshot), `enable_thinking` and `thinking_budget` (Qwen), `include_reasoning` and
 * `reasoning_format` (Groq), and what vLLM and others tell a model's template of it in `chat_template_kwargs`.
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

/**
 * What these fields say and nobody has read: the fields that speak of thinking in no way that is known, and members of
 * the others. Whether thoughts of former turns are kept is the business of the model that had them.
 */
export function unreadReasoning(body: JsonObject): Leftover[] {
  const unread = new UnreadMembers();
  if (decodeReasoning(body) === undefined) for (const field of reasoningFieldsOf(body)) unread.name(field);
  else for (const [field, known] of MEMBERS) unread.see(asObject(body[field]) ?? {}, field, known);
  return unread.leftovers;
}

/** What is read of those that hold members. */
const MEMBERS: readonly (readonly [field: string, members: ReadonlySet<string>])[] = [
  ['reasoning', new Set(['effort', 'max_tokens', 'enabled', 'exclude'])],
  ['thinking', new Set(['type', 'budget_tokens', 'clear_thinking', 'keep'])],
  ['chat_template_kwargs', new Set(['enable_thinking', 'thinking'])],
];

function isEnabled(body: JsonObject): boolean | undefined {
  const said = asBoolean(asObject(body['reasoning'])?.['enabled']) ?? asBoolean(body['enable_thinking']);
  const template = asObject(body['chat_template_kwargs']);
  return (
    said ??
    isSwitchedOn(asObject(body['thinking'])?.['type']) ??
    asBoolean(template?.['enable_thinking']) ??
    asBoolean(template?.['thinking'])
  );
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
