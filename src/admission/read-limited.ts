import type { Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import { holdBytes } from '../core/buffered-bytes.ts';
import { decoded, encodingsOf, undecodable } from './content-encoding.ts';
import type { Context } from '../context.ts';

/** Refuses by its announced length a body that is too large, before a byte of it is read. Returns the length, if announced. */
function checkAnnouncedLength(exchange: Exchange, { snapshot }: Context): number | undefined {
  const { maxBodyBytes: maxBytes } = snapshot;
  const length = exchange.announcedBytes;
  if (length !== undefined && length > maxBytes) throw tooLarge(maxBytes);
  return length;
}

/** A body that is announced to be no longer is read at once; of a longer one, only what has come is counted as held. */
const AT_ONCE_BYTES = 2 * 1024 * 1024;
/** The share of the memory for all up to which a length counts before it has come. */
const MOST_ANNOUNCED = 0.25;
/** Smaller pieces are joined to this size: each by itself takes some hundred bytes more. */
const PIECE_BYTES = 64 * 1024;

/** Whether a body is to be read at once. What it takes is held from now on. Throws a Refusal for one that is too large. */
export function isReadAtOnce(exchange: Exchange, context: Context): boolean {
  const length = checkAnnouncedLength(exchange, context);
  if (length === undefined || length > AT_ONCE_BYTES || exchange.headers['content-encoding'] !== undefined)
    return false;
  // Announced is not sent: what many have only announced must not take the room of those who send.
  const { budget } = context;
  if (budget.used + length > budget.limit * MOST_ANNOUNCED) return false;
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
  const joiner = new PieceJoiner(take);
  try {
    const { body } = exchange.request;
    const pieces = body === null ? [] : encodings.length === 0 ? body : decoded(body, encodings);
    for await (const piece of pieces as AsyncIterable<Uint8Array<ArrayBuffer>>) {
      // Nobody would give back what is held for an exchange that is over.
      if (exchange.closed) throw unreadable();
      exchange.bytesIn = bytes += piece.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      holdBytes(exchange, piece.byteLength, context);
      joiner.push(piece);
    }
    joiner.end();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw encodings.length > 0 ? undecodable(exchange) : unreadable();
  }
}

/** Gives small pieces on as larger ones. */
class PieceJoiner {
  #joined: Uint8Array<ArrayBuffer> | undefined;
  #length = 0;

  constructor(private readonly take: (piece: Uint8Array<ArrayBuffer>) => void) {}

  push(piece: Uint8Array<ArrayBuffer>): void {
    if (this.#length + piece.byteLength > PIECE_BYTES) this.end();
    if (piece.byteLength >= PIECE_BYTES) {
      this.take(piece);
      return;
    }
    this.#joined ??= new Uint8Array(PIECE_BYTES);
    this.#joined.set(piece, this.#length);
    this.#length += piece.byteLength;
  }

  end(): void {
    if (this.#joined === undefined || this.#length === 0) return;
    this.take(this.#joined.subarray(0, this.#length));
    this.#joined = undefined;
    this.#length = 0;
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
    { headers: { connection: 'close' }, detail: `server.max_body_mb ${maxBytes / 1024 / 1024}` },
  );
}
