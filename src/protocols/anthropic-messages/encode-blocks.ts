import type { MediaPart, NativePart, Signature } from '../../core/part.ts';
import { markSignature, type Attachment } from '../../core/signature.ts';
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

/** A part that does not come in pieces. Answers have no place for media, so they say that there was one. */
export function wholeBlock(part: MediaPart | NativePart): JsonObject | undefined {
  if (part.type === 'native') return part.protocol === NAME ? (part.value as JsonObject) : undefined;
  const { kind, source } = part;
  const where = source.from === 'url' ? source.url : 'mediaType' in source ? source.mediaType : undefined;
  const text = source.from === 'text' ? source.text : `[${kind}${where === undefined ? '' : `: ${where}`}]`;
  return { type: 'text', text, citations: null };
}

/**
 * An id that the client can tell from others: Claude Code takes answers of one id for one, and there are servers whose
 * ids repeat (Ollama's are of three digits) or are missing. One of Anthropic's own is unique.
 */
export function messageId(id: string | undefined, replyId: string): string {
  if (id === undefined) return `msg_${replyId}`;
  return id.startsWith('msg_') ? id : `msg_${replyId}_${id}`;
}
