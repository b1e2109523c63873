/** Roles that come before the conversation's first question. */
const PREAMBLE = new Set<unknown>(['system', 'developer']);
/** Of a request without messages, this much of its input tells it from others. */
const INPUT_CHARACTERS = 1024;

/**
 * What stays the same through all turns of a conversation: its messages up to the first that is not the system's. It
 * is what a provider's prompt cache holds, too.
 */
export function conversationStart(body: Record<string, unknown>): string {
  const { messages } = body;
  if (!Array.isArray(messages)) return JSON.stringify(body['prompt'] ?? body['input'] ?? '').slice(0, INPUT_CHARACTERS);
  const first = messages.findIndex((message: unknown) => !PREAMBLE.has((message as { role?: unknown } | null)?.role));
  return JSON.stringify(first === -1 ? messages : messages.slice(0, first + 1));
}
