import { models } from '../openai/models.ts';
import type { Protocol } from '../protocol.ts';
import { codec } from './codec.ts';
import { conversationStart } from './conversation.ts';
import { errors } from './errors.ts';
import { removeForeign } from './foreign.ts';
import { front } from './front.ts';
import { NAME } from './name.ts';
import { expandReferences } from './references.ts';
import { responseIdOf, storedStateOf } from './response-id.ts';
import { stream } from './stream.ts';
import { injectSystem } from './system.ts';
import { readUsage } from './usage.ts';
import { wire } from './wire.ts';

/** OpenAI responses. Models, rate limits and errors are those of OpenAI's other endpoints. */
export const openaiResponses: Protocol = {
  name: NAME,
  errors,
  stream,
  front,
  wire,
  models,
  keeping: { idOf: responseIdOf, idsIn: storedStateOf, expand: expandReferences },
  codec,
  readUsage,
  injectSystem,
  conversationStart,
  removeForeign,
};
