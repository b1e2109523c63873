import type { Signature } from '../../core/part.ts';
import { type Attachment, markSignature } from '../../core/signature.ts';
import type { JsonObject } from '../../lib/json.ts';
import { NAME } from './name.ts';

/** A signature as a client of this dialect keeps it: marked with its origin, unless that is this dialect. */
export function signatureText(signature: Signature, attachment?: Attachment): string {
  return signature.protocol === NAME && attachment === undefined
    ? signature.value
    : markSignature(signature, attachment);
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
