import type { Codec } from '../codec.ts';
import { embedding } from '../openai/embedding.ts';
import { counting } from './counting.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { ResponsesStreamEncoder } from './encode-stream.ts';
import { FIELD_NAMES } from './settings.ts';

/** Translates responses to and from the neutral form. */
export const codec: Codec = {
  fieldNames: FIELD_NAMES,
  decodeRequest,
  encodeRequest,
  encodeAnswer,
  encodeStream: (reply) => new ResponsesStreamEncoder(reply),
  counting,
  embedding,
};
