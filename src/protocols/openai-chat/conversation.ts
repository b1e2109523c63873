/** The roles before the first question of a conversation. */
const PREAMBLE = new Set<unknown>(['system', 'developer']);
/** How much of its input identifies a request without messages. */
const INPUT_CHARACTERS = 1024;

/**
 * The part of a request that stays the same in all turns of a conversation: its messages up to the first that is not
 * the system's. A provider's prompt cache holds it, too.
 */
export function conversationStart(body: Record<string, unknown>): string {
  const { messages } = body;
  if (!Array.isArray(messages)) return JSON.stringify(body['prompt'] ?? body['input'] ?? '').slice(0, INPUT_CHARACTERS);
  const first = messages.findIndex((message: unknown) => !PREAMBLE.has((message as { role?: unknown } | null)?.role));
  return JSON.stringify(first === -1 ? messages : messages.slice(0, first + 1));
}
