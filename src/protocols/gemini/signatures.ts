import type { Signature } from '../../core/part.ts';
import { markSignature, signatureFrom, type Marked, type ReasoningTraits } from '../../core/signature.ts';
import { asWord } from '../../lib/json.ts';
import { NAME } from './name.ts';

/**
 * Stands in for the signature of a call if there is none that the model can read: Gemini 3 refuses a call without one
 * (https://ai.google.dev/gemini-api/docs/thought-signatures). The field holds bytes, and some clients write the same
 * words as base64.
 */
export const SKIP = 'skip_thought_signature_validator';

const PLACEHOLDERS: ReadonlySet<string> = new Set(
  [SKIP, 'context_engineering_is_the_way_to_go'].flatMap((words) => [words, Buffer.from(words).toString('base64')]),
);

/** The signature of a client's part; undefined if it has none. */
export function signatureOf(value: unknown): Marked | undefined {
  const text = asWord(value);
  if (text === undefined || PLACEHOLDERS.has(text)) return undefined;
  const marked = signatureFrom(text, NAME);
  return marked.signature.value === '' ? undefined : marked;
}

/** A signature for a client of this dialect: marked with its origin if it is another dialect's. */
export function writtenSignature(signature: Signature, traits?: ReasoningTraits): string {
  return signature.protocol === NAME ? signature.value : markSignature(signature, undefined, traits);
}

/**
 * The signature field of an unsigned call, for a client: the gateway's mark alone. It tells the gateway later that the
 * call has no signature.
 */
export const UNSIGNED = markSignature({ protocol: 'none', value: '' });
