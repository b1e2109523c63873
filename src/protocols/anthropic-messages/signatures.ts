import type { Signature } from '../../core/part.ts';
import { markSignature, type Attachment, type ReasoningTraits } from '../../core/signature.ts';
import type { JsonObject } from '../../lib/json.ts';
import { NAME } from './name.ts';

/** A signature for a client of this dialect: marked with its origin, unless it is of this dialect. */
export function signatureText(signature: Signature, attachment?: Attachment, traits?: ReasoningTraits): string {
  return signature.protocol === NAME && attachment === undefined
    ? signature.value
    : markSignature(signature, attachment, traits);
}

/** Reads the signature of a thought. `id` is the id that its provider gave it. */
export function thoughtSignature(signature: Signature | undefined, id: string | undefined): string {
  return signature === undefined ? UNSIGNED : signatureText(signature, undefined, { id });
}

/**
 * The signature field of unsigned thoughts for a client: the gateway's mark alone. Anthropic refuses thoughts without a
 * signature, so the gateway must recognise them later.
 */
export const UNSIGNED = markSignature({ protocol: '', value: '' });

/**
 * The signature field of a block that holds no thought but the signature of its neighbour: calls and texts have no
 * field for one.
 */
export function carrierOf(signature: Signature, attachment: Attachment): JsonObject {
  return { type: 'thinking', thinking: '', signature: signatureText(signature, attachment) };
}
