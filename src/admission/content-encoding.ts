import { DecodedBody } from '../upstream/http/decoded-body.ts';
import type { Encoding } from '../upstream/http/decoded-body.ts';
import { answerOf } from '../upstream/transports/response-answer.ts';
import type { Exchange } from '../core/exchange.ts';
import type { BodyChunk, UpstreamBody } from '../core/upstream-answer.ts';
import { Refusal } from '../core/refusal.ts';

/** The encodings of RFC 9110 and RFC 8878 that a request's body may have. */
const ENCODINGS: ReadonlyMap<string, Encoding> = new Map(
  (['gzip', 'x-gzip', 'deflate', 'br', 'zstd'] as const).map((name) => [name, name]),
);
/** No client compresses what is compressed; each layer multiplies the work that a byte can make. */
const MOST_LAYERS = 2;
const NO_LAYERS: readonly Encoding[] = [];
/** What a body may come to, however few bytes it has, and for each of its bytes: conversations swell tenfold at most. */
const FREE_BYTES = 4 * 1024 * 1024;
const MOST_SWELLING = 256;

/** The encodings of a request's body, the outermost first; empty where it has none. Throws a Refusal for others. */
export function encodingsOf({ headers }: Exchange): readonly Encoding[] {
  const header = headers['content-encoding'];
  if (header === undefined) return NO_LAYERS;
  const names = header.split(',').map((name) => name.trim().toLowerCase());
  const layers = names.filter((name) => name !== 'identity' && name !== '');
  const encodings = layers.map((name) => ENCODINGS.get(name)).filter((encoding) => encoding !== undefined);
  if (encodings.length < layers.length || layers.length > MOST_LAYERS) throw unsupported(header);
  return encodings.toReversed();
}

/**
 * The pieces of a body without its encodings, each made when it is asked for, and other requests served between them.
 * Throws a Refusal for one that swells as no conversation does.
 */
export async function* decoded(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  encodings: readonly Encoding[],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoded = new CountedBody(answerOf(new Response(body)).body);
  const source = encodings.reduce<UpstreamBody>((inner, encoding) => new DecodedBody(inner, encoding), encoded);
  let bytes = 0;
  try {
    for (let chunk = await source.read(); !chunk.done; chunk = await source.read()) {
      bytes += chunk.value.byteLength;
      if (bytes > FREE_BYTES + MOST_SWELLING * encoded.bytes) throw swelling();
      yield chunk.value;
    }
  } finally {
    source.cancel();
  }
}

/** Counts what is read of a body. */
class CountedBody implements UpstreamBody {
  bytes = 0;

  constructor(private readonly body: UpstreamBody) {}

  async read(): Promise<BodyChunk> {
    const chunk = await this.body.read();
    this.bytes += chunk.value?.byteLength ?? 0;
    return chunk;
  }

  takeWhole(): undefined {
    return undefined;
  }

  cancel(): void {
    this.body.cancel();
  }
}

function swelling(): Refusal {
  return new Refusal(
    'body_too_large',
    `The body swells to more than ${MOST_SWELLING} times its size when it is decoded, which no conversation does. Send it without a content encoding.`,
    { headers: { connection: 'close' } },
  );
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
