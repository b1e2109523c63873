import type { Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import { holdBytes } from './buffered.ts';
import { decoded, encodingsOf, undecodable } from './content-encoding.ts';
import type { Context } from './context.ts';

/** Refuses by its announced length a body that is too large, before a byte of it is read. Returns the length, if announced. */
function checkAnnouncedLength(exchange: Exchange, { snapshot }: Context): number | undefined {
  const { maxBodyBytes: maxBytes } = snapshot;
  const length = exchange.announcedBytes;
  if (length !== undefined && length > maxBytes) throw tooLarge(maxBytes);
  return length;
}

/** A body that is announced to be no longer is read at once; of a longer one, only what has come is counted as held. */
const AT_ONCE_BYTES = 2 * 1024 * 1024;

/** Whether a body is to be read at once. What it takes is held from now on. Throws a Refusal for one that is too large. */
export function isReadAtOnce(exchange: Exchange, context: Context): boolean {
  const length = checkAnnouncedLength(exchange, context);
  if (length === undefined || length > AT_ONCE_BYTES || exchange.headers['content-encoding'] !== undefined)
    return false;
  holdBytes(exchange, length, context);
  exchange.bytesIn = length;
  return true;
}

/** Reads a body piece by piece, without its encodings, up to what is allowed; each piece is held as it comes. */
export async function readLimited(exchange: Exchange, context: Context): Promise<Uint8Array<ArrayBuffer>> {
  const { maxBodyBytes: maxBytes } = context.snapshot;
  const formats = encodingsOf(exchange);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    const { body } = exchange.request;
    const pieces = body === null ? [] : (decoded(body, formats) as AsyncIterable<Uint8Array>);
    for await (const part of pieces) {
      exchange.bytesIn = bytes += part.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      holdBytes(exchange, part.byteLength, context);
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw formats.length > 0 ? undecodable(exchange) : unreadable();
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** For a body that ended too soon: the client left, most likely. */
export function unreadable(): Refusal {
  return new Refusal('invalid_body', 'The body ended before it was complete. Send the request again.');
}

function tooLarge(maxBytes: number): Refusal {
  // What is not read would be taken for the next request.
  return new Refusal(
    'body_too_large',
    `The body is larger than ${maxBytes / 1024 / 1024} MiB (server.max_body_mb). Send less.`,
    {
      headers: { connection: 'close' },
    },
  );
}
