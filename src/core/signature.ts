import type { ProtocolName, Signature } from './part.ts';

/** How every marked signature begins: base64 of `llm-proxy`, whose nine bytes make twelve characters and no padding. */
export const MARK = 'bGxtLXByb3h5';

/** The part that a signature belongs to, where it has to travel in one of its own: the one after it or before it. */
export type Attachment = 'next' | 'previous';

/** What else is to be known of a reasoning part when it comes back, and has no place in the dialect that it went to. */
export interface ReasoningTraits {
  readonly redacted?: boolean | undefined;
  readonly id?: string | undefined;
}

/** What a marked signature says. */
export interface Marked extends ReasoningTraits {
  readonly signature: Signature;
  readonly attachment: Attachment | undefined;
}

/**
 * What stands in front of the value, as JSON: protocol, model, attachment, the reasoning's traits, whether the value is
 * of the URL alphabet or was encoded.
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
 * A signature as another dialect's client carries it: with its origin in front, so that the gateway knows it again when
 * it comes back, on whatever replica and after any restart. The whole is base64, as some SDKs demand (and re-encode in
 * either alphabet); the value is its unchanged tail wherever it is base64 itself.
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

/** Reads what `markSignature` wrote; undefined for any other value, a provider's own signature among them. */
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

/** A signature that a client sent: one with a mark is what it says, any other is of the client's own dialect. */
export function signatureFrom(value: string, protocol: ProtocolName): Marked {
  return unmarkSignature(value) ?? { signature: { protocol, value }, attachment: undefined };
}

/** Whether `model`, spoken to in `protocol`, can read the signature. One of unknown model is taken to be its own. */
export function isReadableBy(signature: Signature, protocol: ProtocolName, model: string): boolean {
  return signature.protocol === protocol && (signature.model === undefined || signature.model === model);
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** No head is longer; a multiple of four. */
const MOST_HEAD_CHARACTERS = 2048;

/** Characters up to and with the line feed that ends the head. */
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
    // It looked like a mark by chance.
    return undefined;
  }
}

/** The value as it was, whatever alphabet a client's SDK has turned it into. */
function valueFrom(tail: string, { u, e }: Head): string {
  if (e === 1) return Buffer.from(tail, 'base64').toString();
  return u === 1 ? tail.replaceAll('+', '-').replaceAll('/', '_') : tail.replaceAll('-', '+').replaceAll('_', '/');
}
