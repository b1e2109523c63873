import type { Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';

/** Refuses by its announced length a body that is too large, before a byte of it is read. Returns the length, if announced. */
export function checkAnnouncedLength(exchange: Exchange, maxBytes: number): number | undefined {
  const encoding = exchange.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Refusal(
      'invalid_body',
      `The body has the content encoding \`${encoding.slice(0, 40)}\`. Send it without one.`,
    );
  }
  const length = exchange.announcedBytes;
  if (length !== undefined && length > maxBytes) throw tooLarge(maxBytes);
  return length;
}

/** Reads a body whose length was not announced, up to `maxBytes`. */
export async function readLimited(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    const body = request.body as AsyncIterable<Uint8Array> | null;
    for await (const part of body ?? []) {
      bytes += part.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof Refusal ? error : unreadable();
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
