import type { UpstreamRequest } from '../../core/route.ts';
import type { Upload } from '../../core/upload.ts';
import { encoded } from './body-buffers.ts';
import { NameRule } from '../../lib/name-rule.ts';

/** A request as it goes over the wire, in one or two parts. */
export interface RequestBytes {
  /** The head, and a short body behind it. Text is ASCII, or ends in a body that is written as UTF-8. */
  readonly first: string | Uint8Array;
  readonly firstBytes: number;
  /** A longer body. */
  readonly rest: Uint8Array<ArrayBuffer> | undefined;
  /** It was made for this request: nobody else reads it. */
  readonly ownsRest: boolean;
  /** What follows piece by piece. */
  readonly upload: Upload | undefined;
}

/** A text of up to so many UTF-16 units goes out in one write with its head. */
const SHORT_UNITS = 16 * 1024;

const METHOD = /^[A-Z]+$/;
const NAME = new NameRule((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name));
/** No CR, LF or NUL: nobody may write a line of the head but this file. */
const VALUE = /^[\t\x20-\xff]*$/;
const LATIN_1 = /[\x80-\xff]/;

/** Fields that belong to the connection; whoever else names them is not heard. */
const OWN = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'expect']);

/** What has no length goes up in chunks. */
const CHUNKED = 'transfer-encoding: chunked\r\n';

/** What `fetch` would say too, where nobody else has said anything. */
const DEFAULTS: Readonly<Record<string, string>> = {
  accept: '*/*',
  'accept-encoding': 'identity',
  'user-agent': 'llm-proxy',
};

/** Where a request goes to, and whether another may follow on the same connection. */
export interface RequestTarget {
  /** `example.com:8080`, as it stands in a URL. */
  readonly host: string;
  /** Path and query, percent-encoded. */
  readonly path: string;
  readonly keepsAlive: boolean;
}

/** Writes a request. Throws a TypeError for what cannot stand in a head, which nothing that comes this far may hold. */
export function requestBytes(
  { method, headers, body, source, upload }: UpstreamRequest,
  { host, path, keepsAlive }: RequestTarget,
): RequestBytes {
  if (!METHOD.test(method)) throw new TypeError('a method that is none');
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: ${keepsAlive ? 'keep-alive' : 'close'}\r\n`;
  for (const name in headers) if (!OWN.has(name)) head += field(name, headers[name] ?? '');
  for (const name in DEFAULTS) if (!(name in headers)) head += field(name, DEFAULTS[name] ?? '');
  const isShort = typeof body === 'string' && body.length <= SHORT_UNITS;
  const [short, rest] = isShort ? [body, undefined] : ['', asBytes(body, source)];
  const ownsRest = rest !== body;
  const bodyBytes = rest?.byteLength ?? Buffer.byteLength(short);
  if (upload !== undefined) head += upload.length === undefined ? CHUNKED : `content-length: ${upload.length}\r\n`;
  else if (body !== undefined || method === 'POST') head += `content-length: ${bodyBytes}\r\n`;
  head += '\r\n';
  if (!LATIN_1.test(head)) {
    const firstBytes = rest === undefined ? head.length + bodyBytes : head.length;
    return { first: head + short, firstBytes, rest, ownsRest, upload };
  }
  // Values may be Latin-1, which is not what a text is written as.
  const first = Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(short)]);
  return { first, firstBytes: first.byteLength, rest, ownsRest, upload };
}

/** A long text is edited in a few places and not yet in one piece: to encode it is cheaper than to join and measure it. */
function asBytes(
  body: UpstreamRequest['body'],
  source: UpstreamRequest['source'],
): Uint8Array<ArrayBuffer> | undefined {
  return typeof body === 'string' ? encoded(source?.partsOf?.(body) ?? [body]) : body;
}

function field(name: string, value: string): string {
  if (!NAME.has(name) || !VALUE.test(value)) throw new TypeError('a header that cannot be sent');
  return `${name}: ${value}\r\n`;
}
