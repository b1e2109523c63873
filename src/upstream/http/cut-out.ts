/** Up to this length a copy costs less than a view. */
const SMALL_BYTES = 4096;

/**
 * A part of what came, to be handed on. Where it is little, or little of what it came with, it is a copy: it must not
 * keep all of that in memory for as long as it is held.
 */
export function cutOut(bytes: Buffer<ArrayBuffer>, from: number, to: number): Uint8Array<ArrayBuffer> {
  const length = to - from;
  if (length > SMALL_BYTES && length * 4 >= bytes.buffer.byteLength) return bytes.subarray(from, to);
  const own = new Uint8Array(length);
  bytes.copy(own, 0, from, to);
  return own;
}
