import { MalformedAnswer } from './errors.ts';

/** How the end of an answer's body is known: by a length, by chunks, by the connection's end; or there is no body: 0. */
export type Framing = number | 'chunked' | 'until_close';

/** The head of an answer, read. */
export interface HttpHead {
  readonly status: number;
  readonly headers: Headers;
  readonly framing: Framing;
  /** The server leaves the connection open for another request. */
  readonly keepsAlive: boolean;
}

const MAX_FIELDS = 256;

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: .*)?$/;
/** What a head may not hold: control characters, and ends of lines that are not CRLF. */
const NOT_IN_HEAD = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/;
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const LENGTH = /^\d{1,15}$/;

/** Reads a head, given as Latin-1 without the empty line at its end. Throws a MalformedAnswer. */
export function readHead(text: string, method: string): HttpHead {
  if (NOT_IN_HEAD.test(text)) throw new MalformedAnswer('http_header', 'a control character in the head of the answer');
  const lineEnd = endOfLine(text, 0);
  const [, minor, digits] = STATUS_LINE.exec(text.slice(0, lineEnd)) ?? [];
  if (digits === undefined) throw new MalformedAnswer('http_status_line', 'the answer does not begin as HTTP/1.1');
  const fields = readFields(text, lineEnd + 2);
  const status = Number(digits);
  // Where there is no body, what is said of its end has to be in order all the same.
  const framing = framingOf(fields, minor === '1');
  const hasNone = hasNoBody(status);
  return {
    status,
    headers: fields.headers,
    framing: hasNone || method === 'HEAD' ? 0 : framing,
    keepsAlive: !fields.closes && (minor === '1' || fields.keepsAlive) && (hasNone || framing !== 'until_close'),
  };
}

/** Fields in the words of the wire, and what of them the connection goes by. */
interface Fields {
  readonly headers: Headers;
  length: number | undefined;
  chunked: boolean;
  closes: boolean;
  keepsAlive: boolean;
}

function readFields(text: string, from: number): Fields {
  const fields: Fields = {
    headers: new Headers(),
    length: undefined,
    chunked: false,
    closes: false,
    keepsAlive: false,
  };
  let count = 0;
  for (let at = from; at < text.length;) {
    const end = endOfLine(text, at);
    const colon = text.indexOf(':', at);
    const name = colon === -1 || colon > end ? '' : text.slice(at, colon);
    // A line that begins with a blank would continue the one before: nobody may write so any more (RFC 9112, 5.2).
    if (!NAME.test(name)) throw new MalformedAnswer('http_header', 'a line of the head is no header field');
    if (++count > MAX_FIELDS) throw new MalformedAnswer('http_header_count', `over ${MAX_FIELDS} header fields`);
    const value = trimmed(text, colon + 1, end);
    note(name.toLowerCase(), value, fields);
    fields.headers.append(name, value);
    at = end + 2;
  }
  return fields;
}

/** Whatever leaves a doubt about where the answer ends makes it a broken one: the next would be read from the wrong byte. */
function note(name: string, value: string, fields: Fields): void {
  switch (name) {
    case 'content-length':
      if (fields.length !== undefined || !LENGTH.test(value))
        throw new MalformedAnswer('http_content_length', 'the content length is no number, or there are several');
      fields.length = Number(value);
      return;
    case 'transfer-encoding':
      if (fields.chunked || value.toLowerCase() !== 'chunked')
        throw new MalformedAnswer('http_transfer_encoding', 'a transfer encoding other than chunked');
      fields.chunked = true;
      return;
    case 'connection':
      for (const token of value.toLowerCase().split(',')) {
        if (token.trim() === 'close') fields.closes = true;
        if (token.trim() === 'keep-alive') fields.keepsAlive = true;
      }
  }
}

function framingOf({ length, chunked }: Fields, isNew: boolean): Framing {
  if (!chunked) return length ?? 'until_close';
  if (length !== undefined || !isNew)
    throw new MalformedAnswer('http_transfer_encoding', 'chunks beside a length, or in HTTP/1.0');
  return 'chunked';
}

function hasNoBody(status: number): boolean {
  return status < 200 || status === 204 || status === 304;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\r\n', from);
  return end === -1 ? text.length : end;
}

/** Without blanks and tabs around it; `trim()` would take other characters too. */
function trimmed(text: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
