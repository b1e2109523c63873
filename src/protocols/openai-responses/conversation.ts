import { asObject, asWord } from '../../lib/json.ts';
import { idOf } from './response-id.ts';

/** How much of its text identifies a request whose input is a text. */
const INPUT_CHARACTERS = 1024;

/**
 * The part of a request that stays the same in all turns of a conversation: its name, if client or provider gave it
 * one; otherwise its instructions and its input up to the first item that is not the system's. A provider's prompt
 * cache holds it, too.
 */
export function conversationStart(body: Record<string, unknown>): string {
  const name = idOf(body['conversation']) ?? asWord(body['prompt_cache_key']) ?? asWord(body['previous_response_id']);
  if (name !== undefined) return name;
  const { instructions = null, input } = body;
  if (!Array.isArray(input)) return JSON.stringify([instructions, input ?? '']).slice(0, INPUT_CHARACTERS);
  const first = input.findIndex((item: unknown) => !PREAMBLE.has(asObject(item)?.['role']));
  return JSON.stringify([instructions, first === -1 ? input : input.slice(0, first + 1)]);
}

/** The roles before the first question of a conversation. */
const PREAMBLE = new Set<unknown>(['system', 'developer']);
