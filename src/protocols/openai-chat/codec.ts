import type { Codec } from '../codec.ts';
import { decodeRequest } from './decode-request.ts';
import { embedding } from '../openai/embedding.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { ChatStreamEncoder } from './encode-stream.ts';
import { FIELD_NAMES } from './settings.ts';

/** Translates chat completions to and from the neutral form. */
export const codec: Codec = {
  fieldNames: FIELD_NAMES,
  decodeRequest,
  encodeRequest,
  encodeAnswer,
  encodeStream: (reply) => new ChatStreamEncoder(reply),
  counting: undefined,
  embedding,
};
