import type { Conversation } from '../core/conversation.ts';
import type { Protocol } from '../protocols/protocol.ts';

/** The limit of output tokens in a body that was made of a conversation without one; undefined: it has none. */
export function ownOutputLimit(
  { settings }: Conversation,
  body: Readonly<Record<string, unknown>>,
  { wire }: Protocol,
): number | undefined {
  if (settings.maxTokens !== undefined) return undefined;
  const { names, within = [] } = wire.outputLimit;
  const places = within.length === 0 ? [body] : within.map((name) => body[name]);
  for (const place of places) {
    if (typeof place !== 'object' || place === null) continue;
    for (const name of names) {
      const limit: unknown = (place as Record<string, unknown>)[name];
      if (typeof limit === 'number') return limit;
    }
  }
  return undefined;
}
