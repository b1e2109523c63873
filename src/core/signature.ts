import type { ProtocolName, Signature } from './part.ts';

/**
 * The beginning of every marked signature: base64 of `llm-proxy`. Nine bytes make twelve characters without padding.
 */
export const MARK = 'bGxtLXByb3h5';

/** The part that a signature belongs to if it travels in a part of its own: the one after it or before it. */
export type Attachment = 'next' | 'previous';

/** Other facts about a reasoning part that must come back and have no place in the client's dialect. */
export interface ReasoningTraits {
  readonly redacted?: boolean | undefined;
  readonly id?: string | undefined;
}

/** The content of a marked signature. */
export interface Marked extends ReasoningTraits {
  readonly signature: Signature;
  readonly attachment: Attachment | undefined;
}

/**
 * The header before the value, as JSON: protocol, model, attachment, the reasoning's traits, and whether the value uses
 * the URL alphabet or was encoded.
 */
interface Head {
  readonly p: ProtocolName;
  readonly m?: string;
  readonly a?: Attachment;
  readonly r?: 1;
  readonly i?: string;
  readonly u?: 1;
  readonly e?: 1;
}

/**
 * A signature for a client of another dialect: with its origin before it, so that any replica recognises it later, even
 * after a restart. All of it is base64, because some SDKs demand that (and re-encode it in either alphabet). A value
 * that is base64 itself is the unchanged end.
 */
export function markSignature(
  { protocol, model, value }: Signature,
  attachment?: Attachment,
  { redacted, id }: ReasoningTraits = {},
): string {
  const isUrlAlphabet = /[-_]/.test(value);
  const isBase64 = value.length % 4 === 0 && /^[\w+/-]+={0,2}$/.test(value) && !(isUrlAlphabet && /[+/]/.test(value));
  const head: Head = {
    p: protocol,
    ...(model === undefined ? {} : { m: model }),
    ...(attachment === undefined ? {} : { a: attachment }),
    ...(redacted === true ? { r: 1 } : {}),
    ...(id === undefined ? {} : { i: id }),
    ...(isBase64 ? {} : { e: 1 }),
    ...(isBase64 && isUrlAlphabet ? { u: 1 } : {}),
  };
  const text = `llm-proxy${JSON.stringify(head)}`;
  const bytes = Buffer.byteLength(text) + 1;
  // Whole groups of three bytes, so that what follows is not shifted.
  const padded = `${text}${' '.repeat((3 - (bytes % 3)) % 3)}\n`;
  return encoded(padded) + (isBase64 ? value : encoded(value));
}

/** Reads what `markSignature` wrote; undefined for any other value, such as a provider's own signature. */
export function unmarkSignature(value: string): Marked | undefined {
  if (!value.startsWith(MARK)) return undefined;
  const headLength = headLengthOf(value);
  if (headLength === undefined) return undefined;
  const head = headFrom(Buffer.from(value.slice(0, headLength), 'base64').toString().slice('llm-proxy'.length));
  if (head === undefined) return undefined;
  const { p: protocol, m: model, a: attachment, i: id } = head;
  const redacted = head.r === 1 ? true : undefined;
  return { signature: { protocol, model, value: valueFrom(value.slice(headLength), head) }, attachment, redacted, id };
}

/** Reads a signature from a client. Without a mark it is of the client's own dialect. */
export function signatureFrom(value: string, protocol: ProtocolName): Marked {
  return unmarkSignature(value) ?? { signature: { protocol, value }, attachment: undefined };
}

/** Whether `model` in dialect `protocol` can read the signature. A signature of an unknown model counts as its own. */
export function isReadableBy(signature: Signature, protocol: ProtocolName, model: string): boolean {
  return signature.protocol === protocol && (signature.model === undefined || signature.model === model);
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** The longest header; a multiple of four. */
const MOST_HEAD_CHARACTERS = 2048;

/** The characters up to and including the line feed that ends the header. */
function headLengthOf(value: string): number | undefined {
  // Every third byte ends a group of four characters.
  const bytes = Buffer.from(value.slice(0, MOST_HEAD_CHARACTERS), 'base64');
  for (let at = 11; at < bytes.length; at += 3) if (bytes[at] === 10) return ((at + 1) / 3) * 4;
  return undefined;
}

function headFrom(text: string): Head | undefined {
  try {
    const head = JSON.parse(text) as Partial<Head> | null;
    return typeof head?.p === 'string' ? (head as Head) : undefined;
  } catch {
    // It only looked like a mark.
    return undefined;
  }
}

/** The original value, whatever base64 alphabet the client's SDK uses. */
function valueFrom(tail: string, { u, e }: Head): string {
  if (e === 1) return Buffer.from(tail, 'base64').toString();
  return u === 1 ? tail.replaceAll('+', '-').replaceAll('/', '_') : tail.replaceAll('-', '+').replaceAll('_', '/');
}
