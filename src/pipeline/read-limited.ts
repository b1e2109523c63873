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

/** Reads a body piece by piece, without its encodings, up to what is allowed; each piece is held when `take` gets it. */
export async function readLimited(
  exchange: Exchange,
  context: Context,
  take: (piece: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  const { maxBodyBytes: maxBytes } = context.snapshot;
  const encodings = encodingsOf(exchange);
  let bytes = 0;
  try {
    const { body } = exchange.request;
    const pieces = body === null ? [] : encodings.length === 0 ? body : decoded(body, encodings);
    for await (const piece of pieces as AsyncIterable<Uint8Array<ArrayBuffer>>) {
      // Nobody would give back what is held for an exchange that is over.
      if (exchange.closed) throw unreadable();
      exchange.bytesIn = bytes += piece.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      holdBytes(exchange, piece.byteLength, context);
      take(piece);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw encodings.length > 0 ? undecodable(exchange) : unreadable();
  }
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
