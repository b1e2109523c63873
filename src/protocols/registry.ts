import { openaiChat } from './openai-chat/protocol.ts';
import type { Protocol } from './protocol.ts';

/** Every dialect that the gateway speaks, by name. */
export const PROTOCOLS = { 'openai-chat': openaiChat } as const satisfies Record<string, Protocol>;
