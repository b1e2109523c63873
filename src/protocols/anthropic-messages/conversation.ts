import { asArray, asObject } from '../../lib/json.ts';
import { isAttribution } from './system.ts';

/**
 * The part of a request that stays the same in all turns of a conversation: the system prompt, and the messages up to
 * the first of the user. Cache marks move from turn to turn, and an agent's attribution may hold a checksum of the
 * request, so neither counts.
 */
export function conversationStart({ system, messages }: Record<string, unknown>): string {
  const turns = asArray(messages);
  const first = turns.findIndex((message) => asObject(message)?.['role'] === 'user');
  const prompt = Array.isArray(system) ? asArray(system).filter((block) => !isAttribution(block)) : system;
  return JSON.stringify([prompt ?? null, first === -1 ? turns : turns.slice(0, first + 1)], (key, value: unknown) =>
    key === 'cache_control' ? undefined : value,
  );
}
