import type { Body, Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import type { Context } from '../context.ts';
import { isReadAtOnce, readLimited, unreadable } from './read-limited.ts';

/** A text field of a form longer than this is not looked at. */
const MAX_FIELD_BYTES = 64 * 1024;

/** Of forms that anybody sends; each part that is read takes a place in memory. */
const MOST_PARTS = 1000;
const MOST_HEAD_BYTES = 16 * 1024;
/** RFC 2046 allows 70 characters. */
const LONGEST_BOUNDARY = 200;

interface Part {
  readonly name: string;
  readonly isFile: boolean;
  /** The content's place in the form, in bytes. */
  readonly start: number;
  readonly end: number;
}

/** Reads a `multipart/form-data` body (RFC 7578). Its bytes stay as they are, apart from the value of `model`. */
export async function readForm(exchange: Exchange, context: Context): Promise<Body> {
  const { request, headers } = exchange;
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(headers['content-type'] ?? '');
  const bytes = isReadAtOnce(exchange, context) ? await readBytes(request) : await readPieces(exchange, context);
  const [, quoted, plain = ''] = boundary ?? [];
  const parts = partsOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), quoted ?? plain);
  if (parts === undefined) {
    throw new Refusal(
      'invalid_json',
      'The body is not the multipart form that its content type announces. Check the boundary.',
    );
  }
  return new FormBody(bytes, parts, quoted ?? plain);
}

class FormBody implements Body {
  readonly text = undefined;
  readonly fields: Record<string, unknown> = {};
  readonly bytes: number;
  readonly #content: Uint8Array<ArrayBuffer>;
  readonly #models: readonly Part[];

  constructor(
    content: Uint8Array<ArrayBuffer>,
    parts: readonly Part[],
    private readonly boundary: string,
  ) {
    this.#content = content;
    this.bytes = content.byteLength;
    this.#models = parts.filter(({ name, isFile }) => name === 'model' && !isFile);
    const decoder = new TextDecoder();
    for (const { name, isFile, start, end } of parts) {
      if (!isFile && end - start <= MAX_FIELD_BYTES) this.fields[name] = decoder.decode(content.subarray(start, end));
    }
  }

  withModel(model: string | undefined): Uint8Array<ArrayBuffer> {
    if (model === undefined || (this.#models.length === 1 && model === this.fields['model'])) return this.#content;
    if (this.#models.length === 0) return this.#withModelInFront(model);
    const pieces: Uint8Array[] = [];
    let from = 0;
    for (const { start, end } of this.#models) {
      pieces.push(this.#content.subarray(from, start), Buffer.from(model));
      from = end;
    }
    pieces.push(this.#content.subarray(from));
    return Buffer.concat(pieces);
  }

  #withModelInFront(model: string): Uint8Array<ArrayBuffer> {
    const delimiter = `--${this.boundary}`;
    const part = `${delimiter}\r\nContent-Disposition: form-data; name="model"\r\n\r\n${model}\r\n`;
    const content = Buffer.from(this.#content.buffer, this.#content.byteOffset, this.#content.byteLength);
    // What stands before the first delimiter belongs to no part.
    const opens = content.subarray(0, delimiter.length).equals(Buffer.from(delimiter));
    const first = opens ? 0 : content.indexOf(`\r\n${delimiter}`) + 2;
    return Buffer.concat([Buffer.from(part), content.subarray(first)]);
  }
}

const NAMES = /;\s*name\*?\s*=/gi;

/** The parts between the boundaries; undefined if the bytes are not such a form. */
function partsOf(bytes: Buffer, boundary: string): Part[] | undefined {
  if (boundary === '' || boundary.length > LONGEST_BOUNDARY) return undefined;
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter may open the body, without a line end before it.
  let at = bytes.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2))
    ? delimiter.length - 2
    : after(bytes, delimiter, 0);
  const parts: Part[] = [];
  while (at !== -1) {
    if (parts.length > MOST_PARTS) {
      throw new Refusal('request_too_complex', `The form has more than ${MOST_PARTS} parts. Send fewer.`);
    }
    if (bytes.subarray(at, at + 2).toString('latin1') === '--') return parts;
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    const next = headEnd === -1 ? -1 : bytes.indexOf(delimiter, headEnd + 2);
    if (next === -1 || headEnd - at > MOST_HEAD_BYTES) return undefined;
    const head = bytes.subarray(at, headEnd).toString('utf8');
    const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? '';
    const name =
      /;\s*name="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1] ?? /;\s*name=([^\s;"]+)/i.exec(disposition)?.[1];
    const isFile = /;\s*filename\*?=/i.test(disposition);
    // Another reader may take another of them for the name, and with it another model.
    if ((disposition.match(NAMES)?.length ?? 0) > 1 || (isFile && name?.toLowerCase() === 'model')) return undefined;
    if (name !== undefined) parts.push({ name, isFile, start: headEnd + 4, end: next });
    at = next + delimiter.length;
  }
  return undefined;
}

function after(bytes: Buffer, delimiter: Buffer, from: number): number {
  const at = bytes.indexOf(delimiter, from);
  return at === -1 ? -1 : at + delimiter.length;
}

async function readPieces(exchange: Exchange, context: Context): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  await readLimited(exchange, context, (piece) => pieces.push(piece));
  return Buffer.concat(pieces);
}

async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch {
    throw unreadable();
  }
}
