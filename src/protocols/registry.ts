import { anthropicMessages } from './anthropic-messages/protocol.ts';
import { gemini, geminiArray } from './gemini/protocol.ts';
import { openaiChat } from './openai-chat/protocol.ts';
import { openaiResponses } from './openai-responses/protocol.ts';
import type { Protocol } from './protocol.ts';

/** Every dialect that the gateway supports. Paths are offered to them in this order; the last takes all. */
const REGISTERED = {
  'anthropic-messages': anthropicMessages,
  gemini,
  'gemini-array': geminiArray,
  'openai-responses': openaiResponses,
  'openai-chat': openaiChat,
} as const satisfies Record<string, Protocol>;

/** The dialects with their keys. A key is the dialect's name, except for the second way to write the same dialect. */
export const PROTOCOLS: readonly (readonly [key: string, protocol: Protocol])[] = Object.entries(REGISTERED);

const BY_KEY: ReadonlyMap<string, Protocol> = new Map(PROTOCOLS);

/** The dialect of a key. Throws if there is none: keys come from tables in the code, not from outside. */
export function protocolOf(key: string): Protocol {
  const protocol = BY_KEY.get(key);
  if (protocol === undefined) throw new Error(`there is no dialect ${key}`);
  return protocol;
}
