import type { JsonObject } from '../../lib/json.ts';

/** Whether blocks of this type hold a thought. */
export function isThoughtType(type: unknown): boolean {
  return type === 'thinking' || type === 'redacted_thinking';
}

/**
 * Whether a tool loop is under way in which the turn that called a tool does not begin with a thought. Anthropic refuses
 * to go on with that while the model thinks with a budget.
 */
export function isThoughtlessLoop(
  messages: readonly { readonly role?: unknown; readonly content: readonly JsonObject[] }[],
): boolean {
  const last = messages.findLastIndex(({ role }) => role === 'assistant');
  const content = messages[last]?.content ?? [];
  const isLoop = content.some(({ type }) => type === 'tool_use') && last < messages.length - 1;
  return isLoop && !isThoughtType(content[0]?.['type']);
}
