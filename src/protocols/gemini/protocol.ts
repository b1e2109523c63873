import type { Protocol } from '../protocol.ts';
import { codec } from './codec.ts';
import { conversationStart } from './conversation.ts';
import { errors } from './errors.ts';
import { removeForeignSignatures } from './foreign-signatures.ts';
import { brokenEnd } from './finish.ts';
import { readFacts } from './facts.ts';
import { front } from './front.ts';
import { holdsAnswer } from './holds-answer.ts';
import { asJsonArray } from './json-array.ts';
import { models } from './models.ts';
import { NAME } from './name.ts';
import { stream } from './stream.ts';
import { injectSystem } from './system.ts';
import { readUsage } from './usage.ts';
import { wire } from './wire.ts';

/** Google's Gemini API: `models/{model}:generateContent` and related methods. */
export const gemini: Protocol = {
  name: NAME,
  errors,
  stream,
  front,
  wire,
  models,
  codec,
  brokenEnd,
  holdsAnswer,
  readUsage,
  readFacts,
  injectSystem,
  conversationStart,
  removeForeignSignatures,
};

/** The same for clients of `:streamGenerateContent` that did not ask for SSE. */
export const geminiArray: Protocol = {
  ...gemini,
  stream: asJsonArray(stream),
};
