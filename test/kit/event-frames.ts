import { crc32 } from 'node:zlib';

/** A message as Bedrock sends it; headers as texts, or as they stand on the wire. For tests. */
export function frame(headers: Readonly<Record<string, string>> | Uint8Array, payload: string): Uint8Array {
  const head = headers instanceof Uint8Array ? headers : Buffer.concat(Object.entries(headers).map(header));
  const body = Buffer.from(payload);
  const bytes = Buffer.alloc(16 + head.byteLength + body.byteLength);
  bytes.writeUInt32BE(bytes.byteLength, 0);
  bytes.writeUInt32BE(head.byteLength, 4);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8);
  bytes.set(head, 12);
  bytes.set(body, 12 + head.byteLength);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.byteLength - 4);
  return bytes;
}

/** A chunk of an invocation's stream, which holds an event of the model's own API. */
export function chunk(event: object): Uint8Array {
  const headers = { ':event-type': 'chunk', ':content-type': 'application/json', ':message-type': 'event' };
  return frame(headers, JSON.stringify({ bytes: Buffer.from(JSON.stringify(event)).toString('base64'), p: 'abcd' }));
}

/** An exception within a stream. */
export function exception(name: string, message: string): Uint8Array {
  const headers = { ':exception-type': name, ':content-type': 'application/json', ':message-type': 'exception' };
  return frame(headers, JSON.stringify({ message }));
}

function header([name, value]: [string, string]): Uint8Array {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([
    Buffer.from([Buffer.byteLength(name)]),
    Buffer.from(name),
    Buffer.from([7]),
    length,
    Buffer.from(value),
  ]);
}
