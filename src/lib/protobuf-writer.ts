/**
 * Writes messages in the wire format of Protocol Buffers: https://protobuf.dev/programming-guides/encoding/. Fields are
 * written in the order of the calls.
 */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(1024);
  #length = 0;

  /** A field of type `string`. Empty ones are left out, as everywhere in proto3. */
  text(field: number, value: string | undefined): this {
    if (value === undefined || value === '') return this;
    if (value.length <= MOST_SHORT && this.ascii(field, value)) return this;
    return this.lengthDelimited(field, Buffer.byteLength(value), (bytes, at) => bytes.write(value, at, 'utf8'));
  }

  /** A field of type `bytes`, given in hexadecimal digits of lower case. */
  hex(field: number, value: string | undefined): this {
    if (value === undefined || value === '') return this;
    const length = value.length / 2;
    this.tag(field, LENGTH_DELIMITED).varint(length).grow(length);
    for (let at = 0; at < value.length; at += 2)
      this.#bytes[this.#length++] = (digit(value.charCodeAt(at)) << 4) | digit(value.charCodeAt(at + 1));
    return this;
  }

  /** Fields that were written before. */
  written(fields: Uint8Array): this {
    const { length } = fields;
    this.grow(length);
    const bytes = this.#bytes;
    const start = this.#length;
    for (let at = 0; at < length; at++) bytes[start + at] = fields[at] ?? 0;
    this.#length += length;
    return this;
  }

  /** A field of a message, which `write` writes; written even if it is empty. */
  message(field: number, write: (writer: ProtobufWriter) => void): this {
    const lengthAt = this.begin(field);
    write(this);
    return this.end(lengthAt);
  }

  /** Begins the field of a message; `end` takes what it returns. */
  begin(field: number): number {
    this.tag(field, LENGTH_DELIMITED);
    // Its length is known afterwards: room for a short one is kept, and made larger for a long one.
    this.grow(1);
    return this.#length++;
  }

  /** Ends the field of the message that was begun last and is not ended. */
  end(lengthAt: number): this {
    const length = this.#length - lengthAt - 1;
    if (length <= MOST_SHORT) {
      this.#bytes[lengthAt] = length;
      return this;
    }
    const extra = varintBytes(length) - 1;
    this.grow(extra);
    this.#bytes.copyWithin(lengthAt + 1 + extra, lengthAt + 1, this.#length);
    const end = this.#length + extra;
    this.#length = lengthAt;
    this.varint(length);
    this.#length = end;
    return this;
  }

  /** A field of type `enum`, `uint32`, or an `int64` of 0 or more. */
  number(field: number, value: number): this {
    return this.tag(field, VARINT).varint(value);
  }

  /** A field of type `bool`. */
  flag(field: number, value: boolean): this {
    return this.tag(field, VARINT).varint(value ? 1 : 0);
  }

  double(field: number, value: number): this {
    this.tag(field, FIXED_64).grow(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
    return this;
  }

  fixed32(field: number, value: number): this {
    this.tag(field, FIXED_32).grow(4);
    this.#length = this.#bytes.writeUInt32LE(value, this.#length);
    return this;
  }

  /** `value` × `times`, of which the product may be larger than a number can say exactly; `times` is below 2^20. */
  fixed64(field: number, value: number, times = 1): this {
    this.tag(field, FIXED_64).grow(8);
    const low = (value % WORD) * times;
    this.#bytes.writeUInt32LE(low % WORD, this.#length);
    const high = Math.floor(value / WORD) * times + Math.floor(low / WORD);
    this.#length = this.#bytes.writeUInt32LE(high, this.#length + 4);
    return this;
  }

  /** All that was written. */
  finish(): Buffer<ArrayBuffer> {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  private tag(field: number, wireType: number): this {
    return this.varint(field * 8 + wireType);
  }

  /** Most texts are short and ASCII: a native call for each would take longer. False, and nothing is written, if it is not. */
  private ascii(field: number, value: string): boolean {
    const { length } = value;
    const start = this.#length;
    this.tag(field, LENGTH_DELIMITED).grow(length + 1);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = length;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) {
        this.#length = start;
        return false;
      }
      bytes[at++] = code;
    }
    this.#length = at;
    return true;
  }

  private lengthDelimited(field: number, length: number, write: (bytes: Buffer, at: number) => void): this {
    this.tag(field, LENGTH_DELIMITED).varint(length).grow(length);
    write(this.#bytes, this.#length);
    this.#length += length;
    return this;
  }

  /** Below 2^53, as all numbers here are. A negative int64 takes ten bytes, in two's complement. */
  private varint(value: number): this {
    this.grow(10);
    if (value >= 0 && value <= 0x7f) {
      this.#bytes[this.#length++] = value;
      return this;
    }
    if (value < 0) {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
      this.#bytes[this.#length++] = Number(rest);
      return this;
    }
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
    this.#bytes[this.#length++] = rest;
    return this;
  }

  /** Makes room for so many bytes more. */
  private grow(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** The length of such a text takes one byte. */
const MOST_SHORT = 127;
/** 2^32. */
const WORD = 0x1_0000_0000;
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

/** Of 0-9 and a-f. */
function digit(code: number): number {
  return code <= 0x39 ? code - 0x30 : code - 0x57;
}
