import type { Protocol } from '../protocol.ts';
import { askedUnits } from './asked-units.ts';
import { codec } from './codec.ts';
import { conversationStart } from './conversation.ts';
import { errors } from './errors.ts';
import { removeForeignSignatures } from './foreign-signatures.ts';
import { addMissingThoughts } from './missing-thoughts.ts';
import { brokenEnd } from './finish.ts';
import { readFacts } from './facts.ts';
import { front } from './front.ts';
import { holdsAnswer } from './holds-answer.ts';
import { providerState } from './kept-audio.ts';
import { models } from '../openai/models.ts';
import { NAME } from './name.ts';
import { stream } from './stream.ts';
import { injectSystem } from './system.ts';
import { readUsage } from './usage.ts';
import { wire } from './wire.ts';

/** OpenAI's chat completions, and the endpoints with the same errors and streams. */
export const openaiChat: Protocol = {
  name: NAME,
  errors,
  stream,
  front,
  wire,
  models,
  providerState,
  codec,
  brokenEnd,
  holdsAnswer,
  readUsage,
  readFacts,
  askedUnits,
  injectSystem,
  conversationStart,
  removeForeignSignatures,
  fitToModel: addMissingThoughts,
};
