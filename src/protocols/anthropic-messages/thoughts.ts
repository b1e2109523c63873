import type { JsonObject } from '../../lib/json.ts';

/** Whether blocks of this type hold a thought. */
export function isThoughtType(type: unknown): boolean {
  return type === 'thinking' || type === 'redacted_thinking';
}

/**
 * Whether a tool loop is under way and the turn with the call does not begin with a thought. Anthropic refuses to
 * continue that with a thinking budget.
 */
export function isThoughtlessLoop(
  messages: readonly { readonly role?: unknown; readonly content: readonly JsonObject[] }[],
): boolean {
  const last = messages.findLastIndex(({ role }) => role === 'assistant');
  const content = messages[last]?.content ?? [];
  const isLoop = content.some(({ type }) => type === 'tool_use') && last < messages.length - 1;
  return isLoop && !isThoughtType(content[0]?.['type']);
}
