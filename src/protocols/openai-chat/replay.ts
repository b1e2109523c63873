import { asList, asObject } from '../../lib/json.ts';

/** A plain answer as one chunk per choice, and the end. */
export function asStream(body: unknown): string | undefined {
  const answer = (body ?? {}) as Record<string, unknown> & { choices?: unknown };
  if (typeof answer.choices !== 'object' || answer.choices === null) return undefined;
  const choices = asList(answer.choices).map((choice) => asObject(choice) ?? {});
  const chunk = {
    ...answer,
    object: 'chat.completion.chunk',
    choices: choices.map(({ message, ...choice }) => ({ ...choice, delta: withToolIndexes(message) })),
  };
  return `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`;
}

/** Streamed tool calls need an index; those of a plain answer may lack it. */
function withToolIndexes(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return {};
  const calls = (message as Record<string, unknown>)['tool_calls'];
  return Array.isArray(calls)
    ? { ...message, tool_calls: (calls as unknown[]).map((call, index) => ({ index, ...asObject(call) })) }
    : message;
}
