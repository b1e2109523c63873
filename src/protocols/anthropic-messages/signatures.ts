import type { Signature } from '../../core/part.ts';
import { markSignature, type Attachment, type ReasoningTraits } from '../../core/signature.ts';
import type { JsonObject } from '../../lib/json.ts';
import { NAME } from './name.ts';

/** A signature as a client of this dialect keeps it: marked with its origin, unless that is this dialect. */
export function signatureText(signature: Signature, attachment?: Attachment, traits?: ReasoningTraits): string {
  return signature.protocol === NAME && attachment === undefined
    ? signature.value
    : markSignature(signature, attachment, traits);
}

/** The signature of thoughts, `id` being what their provider calls them. */
export function thoughtSignature(signature: Signature | undefined, id: string | undefined): string {
  return signature === undefined ? UNSIGNED : signatureText(signature, undefined, { id });
}

/**
 * Thoughts that nobody signed, as a client of this dialect keeps them: marked, too, or they would be sent to Anthropic
 * one day, which refuses thoughts without a signature.
 */
export const UNSIGNED = markSignature({ protocol: '', value: '' });

/** A block of no thoughts, whose signature is that of its neighbour: calls and texts have no place for one. */
export function carrierOf(signature: Signature, attachment: Attachment): JsonObject {
  return { type: 'thinking', thinking: '', signature: signatureText(signature, attachment) };
}
