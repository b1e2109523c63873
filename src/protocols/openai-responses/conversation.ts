import { asObject, asWord } from '../../lib/json.ts';
import { idOf } from './response-id.ts';

/** Of a request whose input is one text, this much tells it from others. */
const INPUT_CHARACTERS = 1024;

/**
 * What stays the same through all turns of a conversation: its name, where the client or the provider gave it one;
 * otherwise its instructions and its input up to the first item that is not the system's. It is what a provider's
 * prompt cache holds, too.
 */
export function conversationStart(body: Record<string, unknown>): string {
  const name = idOf(body['conversation']) ?? asWord(body['prompt_cache_key']) ?? asWord(body['previous_response_id']);
  if (name !== undefined) return name;
  const { instructions = null, input } = body;
  if (!Array.isArray(input)) return JSON.stringify([instructions, input ?? '']).slice(0, INPUT_CHARACTERS);
  const first = input.findIndex((item: unknown) => !PREAMBLE.has(asObject(item)?.['role']));
  return JSON.stringify([instructions, first === -1 ? input : input.slice(0, first + 1)]);
}

/** Roles that come before the conversation's first question. */
const PREAMBLE = new Set<unknown>(['system', 'developer']);
