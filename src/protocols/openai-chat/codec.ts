import type { Codec } from '../codec.ts';

function toBeWritten(): never {
  throw new Error('the chat codec is not written yet');
}

/** Chat completions to and from the neutral form. */
export const codec: Codec = {
  fieldNames: {} as Codec['fieldNames'],
  decodeRequest: toBeWritten,
  encodeRequest: toBeWritten,
  encodeAnswer: toBeWritten,
  encodeStream: toBeWritten,
  counting: undefined,
  embedding: undefined,
};
