/** Reads the HTTP/1.1 messages of one connection from its bytes, in whatever pieces they come. */
export interface HttpReader {
  push(bytes: Uint8Array): void;
  /** Tells it that no bytes follow; a body without a length ends here. */
  finish(): void;
}

/** What a message turns out to be, in the order in which it comes. */
export interface HttpHandler {
  /** Returns false where no body can follow whatever the headers say: an answer to HEAD, 1xx, 204, 304. */
  head(head: HttpHead): boolean;
  body(piece: Uint8Array): void;
  end(): void;
  /** The bytes are no HTTP. */
  error(error: Error): void;
}

/** The start line, in its three parts, and the header fields as they came. */
export interface HttpHead {
  readonly startLine: readonly [first: string, second: string, rest: string];
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** `request`: without a length there is no body; `response`: without one it lasts until the connection ends. */
export function createHttpReader(kind: 'request' | 'response', handler: HttpHandler): HttpReader {
  let pending: Buffer = Buffer.alloc(0);
  let state: 'head' | 'length' | 'until-end' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'failed' = 'head';
  let left = 0;

  /** Takes one step; false when it needs more bytes. */
  const step = (): boolean => {
    switch (state) {
      case 'head': {
        const text = takeUntil('\r\n\r\n');
        if (text === undefined) return false;
        begin(parseHead(text));
        return true;
      }
      case 'length':
      case 'chunk':
        return pending.length > 0 && takeBody();
      case 'until-end':
        if (pending.length > 0) handler.body(takeBytes(pending.length));
        return false;
      case 'chunk-size': {
        const line = takeUntil('\r\n');
        if (line === undefined) return false;
        if (!/^[0-9a-f]+\s*(;.*)?$/i.test(line)) throw new Error(`no chunk size: ${line}`);
        left = Number.parseInt(line, 16);
        state = left === 0 ? 'trailer' : 'chunk';
        return true;
      }
      case 'chunk-end':
        if (pending.length < 2) return false;
        if (takeBytes(2).toString('latin1') !== '\r\n') throw new Error('a chunk is longer than its size');
        state = 'chunk-size';
        return true;
      case 'trailer': {
        const line = takeUntil('\r\n');
        if (line === '') complete();
        return line !== undefined;
      }
      case 'failed':
        return false;
    }
  };

  const begin = (head: HttpHead): void => {
    const mayHaveBody = handler.head(head);
    const length = fieldOf(head.fields, 'content-length');
    if (!mayHaveBody) complete();
    else if (fieldOf(head.fields, 'transfer-encoding')?.toLowerCase().endsWith('chunked')) state = 'chunk-size';
    else if (length !== undefined) {
      left = Number(length);
      if (left === 0) complete();
      else state = 'length';
    } else if (kind === 'response') state = 'until-end';
    else complete();
  };

  const complete = (): void => {
    state = 'head';
    handler.end();
  };

  const takeBody = (): boolean => {
    const piece = takeBytes(Math.min(left, pending.length));
    left -= piece.length;
    handler.body(piece);
    if (left > 0) return true;
    if (state === 'chunk') state = 'chunk-end';
    else complete();
    return true;
  };

  const takeBytes = (count: number): Buffer => {
    const bytes = pending.subarray(0, count);
    pending = pending.subarray(count);
    return bytes;
  };

  const takeUntil = (mark: string): string | undefined => {
    const at = pending.indexOf(mark);
    if (at < 0) return undefined;
    const text = takeBytes(at).toString('latin1');
    takeBytes(mark.length);
    return text;
  };

  return {
    push(bytes) {
      pending = pending.length === 0 ? Buffer.from(bytes) : Buffer.concat([pending, bytes]);
      try {
        while (step());
      } catch (error) {
        state = 'failed';
        handler.error(error as Error);
      }
    },
    finish() {
      if (state === 'until-end') complete();
    },
  };
}

/** The values of a field joined as HTTP allows; undefined where it is missing. */
export function fieldOf(fields: HttpHead['fields'], name: string): string | undefined {
  const values = fields.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** The fields as a map with lower-case names. */
export function mapOf(fields: HttpHead['fields']): Record<string, string> {
  return Object.fromEntries(fields.map(([name]) => [name.toLowerCase(), fieldOf(fields, name.toLowerCase()) ?? '']));
}

function parseHead(text: string): HttpHead {
  const [startLine = '', ...lines] = text.replace(/^(\r\n)+/, '').split('\r\n');
  const match = /^(\S+) (\S+)(?: (.*))?$/.exec(startLine);
  if (match === null) throw new Error(`no HTTP start line: ${startLine}`);
  const fields = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  return { startLine: [match[1] ?? '', match[2] ?? '', match[3] ?? ''], fields };
}
