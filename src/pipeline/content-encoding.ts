import type { Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';

type Format = ConstructorParameters<typeof DecompressionStream>[0];

/** The encodings of RFC 9110 and RFC 8878 that a request's body may have, and what undoes them. */
const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'brotli'],
  ['zstd', 'zstd'],
]);
/** No client compresses what is compressed; each layer multiplies the work that a byte can make. */
const MOST_LAYERS = 2;
const NO_LAYERS: readonly Format[] = [];

/** What undoes the encodings of a request's body, the outermost first; empty where it has none. Throws a Refusal for others. */
export function encodingsOf({ headers }: Exchange): readonly Format[] {
  const header = headers['content-encoding'];
  if (header === undefined) return NO_LAYERS;
  const names = header.split(',').map((name) => name.trim().toLowerCase());
  const layers = names.filter((name) => name !== 'identity' && name !== '');
  const formats = layers.map((name) => FORMATS.get(name)).filter((format) => format !== undefined);
  if (formats.length < layers.length || layers.length > MOST_LAYERS) throw unsupported(header);
  return formats.toReversed();
}

/** The pieces of a body without its encodings, made one by one as they are asked for. */
export function decoded(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  formats: readonly Format[],
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return formats.reduce((stream, format) => stream.pipeThrough(new DecompressionStream(format)), body);
}

/** For a body that is not what its header says, or that ended too soon. */
export function undecodable({ headers }: Exchange): Refusal {
  return new Refusal(
    'invalid_body',
    `The body ended before it was complete, or is not encoded as its content-encoding says (${shown(headers['content-encoding'] ?? '')}). Send the request again.`,
    { headers: { connection: 'close' } },
  );
}

function unsupported(header: string): Refusal {
  const allowed = 'gzip, deflate, br, zstd';
  return new Refusal(
    'unsupported_encoding',
    `The body has the content encoding \`${shown(header)}\`. Send it as one of ${allowed}, or without.`,
    { headers: { 'accept-encoding': allowed, connection: 'close' } },
  );
}

function shown(header: string): string {
  return header.slice(0, 40);
}
