import type { Signature } from '../../core/part.ts';
import { markSignature, signatureFrom, type Marked, type ReasoningTraits } from '../../core/signature.ts';
import { asWord } from '../../lib/json.ts';
import { NAME } from './name.ts';

/**
 * What stands in place of a call's signature where there is none that the model could read; without one Gemini 3
 * refuses the call (https://ai.google.dev/gemini-api/docs/thought-signatures). The field is of bytes, and clients whose
 * SDK knows that write the same words as base64.
 */
export const SKIP = 'skip_thought_signature_validator';

const PLACEHOLDERS: ReadonlySet<string> = new Set(
  [SKIP, 'context_engineering_is_the_way_to_go'].flatMap((words) => [words, Buffer.from(words).toString('base64')]),
);

/** The signature that a client's part carries; undefined if it has none that says anything. */
export function signatureOf(value: unknown): Marked | undefined {
  const text = asWord(value);
  if (text === undefined || PLACEHOLDERS.has(text)) return undefined;
  const marked = signatureFrom(text, NAME);
  return marked.signature.value === '' ? undefined : marked;
}

/** A signature as a client of this dialect gets it: another dialect's with its origin in front. */
export function writtenSignature(signature: Signature, traits?: ReasoningTraits): string {
  return signature.protocol === NAME ? signature.value : markSignature(signature, undefined, traits);
}

/**
 * What a call that nobody signed carries to a client: nothing but the gateway's mark, by which it knows on the way back
 * to a model that wants a signature that there is none.
 */
export const UNSIGNED = markSignature({ protocol: 'none', value: '' });
