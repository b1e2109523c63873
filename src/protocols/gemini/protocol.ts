import type { Protocol } from '../protocol.ts';
import { codec } from './codec.ts';
import { conversationStart } from './conversation.ts';
import { errorAsEvent, errorBody, errorEvent, errorStatus, readError } from './errors.ts';
import { removeForeign } from './foreign.ts';
import { front } from './front.ts';
import { asJsonArray, inJsonArray } from './json-array.ts';
import { models } from './models.ts';
import { NAME } from './signatures.ts';
import { renameModel } from './rename.ts';
import { asStream, GeminiStreamReader } from './stream.ts';
import { injectSystem } from './system.ts';
import { readUsage } from './usage.ts';
import { wire } from './wire.ts';

/** Google's Gemini API: `models/{model}:generateContent` and its kin. */
export const gemini: Protocol = {
  name: NAME,
  errors: { body: errorBody, event: errorEvent, asEvent: errorAsEvent, read: readError, status: errorStatus },
  stream: {
    // Not a comment: the Python SDK takes whatever is no `data:` line for a piece of JSON.
    keepAlive: '\n\n',
    end: '',
    isEnd: () => false,
    read: () => new GeminiStreamReader(),
    fromPlain: asStream,
  },
  front,
  wire,
  models,
  codec,
  readUsage,
  injectSystem,
  renameModel,
  conversationStart,
  removeForeign,
};

/** The same for clients of `:streamGenerateContent` who did not ask for SSE. */
export const geminiArray: Protocol = {
  ...gemini,
  errors: inJsonArray(gemini.errors),
  stream: asJsonArray(gemini.stream),
};
