import type { Codec } from '../codec.ts';
import { counting } from './counting.ts';
import { decodeRequest } from './decode-request.ts';
import { embedding } from './embedding.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { GeminiStreamEncoder } from './encode-stream.ts';
import { FIELD_NAMES } from './settings.ts';

/** Translates GenerateContent requests and answers to and from the neutral form. */
export const codec: Codec = {
  fieldNames: FIELD_NAMES,
  decodeRequest,
  encodeRequest,
  encodeAnswer,
  encodeStream: (reply) => new GeminiStreamEncoder(reply),
  counting,
  embedding,
};
