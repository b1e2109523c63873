const ENCODER = new TextEncoder();
/** Buffers are multiples of this, so that one serves bodies that are nearly as long. */
const STEP_BYTES = 256 * 1024;
const MOST_SPARE = 4;

/** Given back, and not taken since. Memory that was used a moment ago is fast, and no matter for the collector. */
const spare: Uint8Array<ArrayBuffer>[] = [];

/** A text, none of whose parts ends within a character, as UTF-8. It is the caller's alone until it is given back; whoever does not give it back leaves it to the collector. */
export function encoded(parts: readonly string[]): Uint8Array<ArrayBuffer> {
  let units = 0;
  for (const { length } of parts) units += length;
  if (units < STEP_BYTES) return ENCODER.encode(parts.join(''));
  const buffer = bufferFor(units);
  let bytes = 0;
  for (const part of parts) {
    const { read, written } = ENCODER.encodeInto(part, buffer.subarray(bytes));
    bytes += written;
    // It is longer than it has units: not all of it is ASCII.
    if (read < part.length) {
      giveBack(buffer);
      return ENCODER.encode(parts.join(''));
    }
  }
  return buffer.subarray(0, bytes);
}

/** Takes back what `encoded` has made: nobody reads it any more. */
export function giveBack({ buffer }: Uint8Array<ArrayBuffer>): void {
  if (buffer.byteLength >= STEP_BYTES && spare.length < MOST_SPARE) spare.push(new Uint8Array(buffer));
  else buffer.transfer(0);
}

/** One that is long enough, and not so long that most of it would lie idle. */
function bufferFor(units: number): Uint8Array<ArrayBuffer> {
  const at = spare.findIndex(({ byteLength }) => byteLength >= units && byteLength <= 2 * units);
  const [found] = at === -1 ? [] : spare.splice(at, 1);
  if (found !== undefined) return found;
  // The oldest makes way, or four that fit nothing would stay for ever.
  if (spare.length === MOST_SPARE) spare.shift();
  return new Uint8Array(Math.ceil(units / STEP_BYTES) * STEP_BYTES);
}
