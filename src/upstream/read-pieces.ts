import { hasRoomFor, NoRoom, UNCOUNTED_BYTES } from '../core/buffered-bytes.ts';
import type { UpstreamBody } from '../core/upstream-answer.ts';
import type { AttemptContext } from './settle.ts';

/** An answer of up to this size is held until it is whole, so that one that breaks off can be had elsewhere. */
export const HOLD_BYTES = 1024 * 1024;
/** One that is to be translated, or has ids to be sealed, has to be whole; pictures are the largest. */
export const HOLD_WHOLE_BYTES = 64 * 1024 * 1024;

/** What was read of a body. */
export interface Pieces {
  readonly pieces: Uint8Array<ArrayBuffer>[];
  readonly bytes: number;
  /** There is nothing more of it. */
  readonly isWhole: boolean;
}

/** Reads a body to its end, or until more than `mostBytes` are here. What may have to be held counts for the memory that all share. */
export async function readPieces(
  body: UpstreamBody,
  mostBytes: number,
  { attempt, context }: AttemptContext,
): Promise<Pieces> {
  const { watch } = attempt;
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  while (bytes <= mostBytes) {
    watch.waits();
    const { done, value } = await body.read();
    watch.gotBytes();
    if (done) return { pieces, bytes, isWhole: true };
    pieces.push(value);
    bytes += value.byteLength;
    const isHeld = bytes > UNCOUNTED_BYTES && bytes <= mostBytes;
    if (isHeld && !hasRoomFor(value.byteLength, attempt, context)) throw new NoRoom();
  }
  return { pieces, bytes, isWhole: false };
}

/** Pieces as one, cut off at `mostBytes`. */
export function joined({ pieces, bytes }: Pieces, mostBytes = bytes): Uint8Array<ArrayBuffer> {
  const [first] = pieces;
  // A copy of the only piece would be for nothing.
  if (pieces.length === 1 && first !== undefined && bytes <= mostBytes) return first;
  const whole = new Uint8Array(Math.min(bytes, mostBytes));
  let at = 0;
  for (const piece of pieces) {
    const fitting = piece.subarray(0, whole.byteLength - at);
    whole.set(fitting, at);
    at += fitting.byteLength;
  }
  return whole;
}
