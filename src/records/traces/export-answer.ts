import { asObject, parseObject } from '../../lib/json.ts';

/** What a destination says of a batch that it has taken, in part or whole. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

const NOTHING: PartialSuccess = { rejected: 0, message: '' };

/** Reads an `ExportTraceServiceResponse`. What cannot be read says nothing. */
export function readExportAnswer(body: Uint8Array, isJson: boolean): PartialSuccess {
  return isJson ? readJson(Buffer.from(body).toString('utf8')) : readProtobuf(body);
}

function readJson(text: string): PartialSuccess {
  const partial = asObject(parseObject(text)?.['partialSuccess']);
  const { rejectedSpans, errorMessage } = partial ?? {};
  const rejected = Number(rejectedSpans ?? 0);
  return {
    rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
    message: typeof errorMessage === 'string' ? errorMessage : '',
  };
}

/** Field 1 is `partial_success`, of which field 1 is `rejected_spans` and field 2 `error_message`. */
function readProtobuf(body: Uint8Array): PartialSuccess {
  try {
    for (const outer of fieldsOf(body)) {
      if (outer.number !== 1 || outer.bytes === undefined) continue;
      let { rejected, message } = NOTHING;
      for (const { number, value, bytes } of fieldsOf(outer.bytes)) {
        if (number === 1 && value !== undefined) rejected = value;
        if (number === 2 && bytes !== undefined) message = Buffer.from(bytes).toString('utf8');
      }
      return { rejected, message };
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return NOTHING;
}

interface Field {
  readonly number: number;
  readonly value?: number;
  readonly bytes?: Uint8Array;
}

/** The fields of a message that are numbers or have a length. Throws a RangeError at whatever else there is. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 0x80) {
      const byte = bytes[at++];
      if (byte === undefined || shift > Number.MAX_SAFE_INTEGER) throw new RangeError('no protobuf');
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    if (tag % 8 === 0) yield { number, value: varint() };
    else if (tag % 8 === 2) {
      const length = varint();
      if (length > bytes.length - at) throw new RangeError('no protobuf');
      yield { number, bytes: bytes.subarray(at, at + length) };
      at += length;
    } else throw new RangeError('no protobuf');
  }
}
