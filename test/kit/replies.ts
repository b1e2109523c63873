import type { SeenRequest, Wire } from './wire.ts';

/** What an upstream does with one request. It is whole when `send` resolves; the connection then takes the next one. */
export interface Reply {
  send(wire: Wire): Promise<void>;
}

/** Header fields of a reply; a list repeats the field. */
export type ReplyHeaders = Readonly<Record<string, string | readonly string[]>>;

/** An object is sent as JSON; a string as the event's data, as it is. */
export type ReplyEvent = object | string;

export interface StreamOptions {
  /** Silence before each event or piece but the first; none unless told. */
  readonly gapMs?: number;
  /** `data: [DONE]` at the end; true unless told. */
  readonly done?: boolean;
  readonly headers?: ReplyHeaders;
}

/** A whole answer with a length; a body that is no string or bytes is sent as JSON. */
export function json(code: number, body: unknown, headers: ReplyHeaders = {}): Reply {
  return whole(
    code,
    bytesOf(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)),
    headers,
  );
}

/** A chat completion that says `text`; `extra` replaces members of its body. */
export function chatAnswer(text: string, extra: Readonly<Record<string, unknown>> = {}): Reply {
  return json(200, { ...completionOf(text), ...extra });
}

/** An error of OpenAI's shape; `retryAfter` is the header, in seconds or as a date. */
export function status(
  code: number,
  { retryAfter, headers = {}, ...error }: { retryAfter?: number | string; headers?: ReplyHeaders } & ErrorMembers = {},
): Reply {
  const body = {
    error: { message: `upstream said ${code}`, type: 'upstream_error', param: null, code: null, ...error },
  };
  return json(code, body, retryAfter === undefined ? headers : { 'retry-after': String(retryAfter), ...headers });
}

/** A stream of events, each its own chunk; endless where `events` is. */
export function sse(events: Iterable<ReplyEvent>, { gapMs, done = true, headers }: StreamOptions = {}): Reply {
  return {
    async send(wire) {
      await sendPieces(wire, encodeEvents(events), { gapMs, headers });
      if (done) await writeChunk(wire, 'data: [DONE]\n\n');
      await wire.write(LAST_CHUNK);
    },
  };
}

/** A chat completion that streams these words: role, a chunk for each, finish, usage if asked for in the request. */
export function streamOf(words: string | readonly string[], options: StreamOptions = {}): Reply {
  return {
    send(wire) {
      const withUsage = wire.request.text.includes('"include_usage":true');
      return sse(chatEvents(words, { usage: withUsage }), options).send(wire);
    },
  };
}

/** Bytes as they are, status line and all, then the end of the connection unless it is kept. */
export function raw(bytes: string | Uint8Array, { keep = false }: { keep?: boolean } = {}): Reply {
  return {
    async send(wire) {
      await wire.write(bytes);
      if (!keep) wire.end();
    },
  };
}

/** The body of a stream in exactly these pieces, each its own chunk and write: no framing, no `[DONE]` is added. */
export function pieces(parts: Iterable<string | Uint8Array>, { gapMs, headers }: StreamOptions = {}): Reply {
  return {
    async send(wire) {
      await sendPieces(wire, parts, { gapMs, headers });
      await wire.write(LAST_CHUNK);
    },
  };
}

/** Takes the request and never answers. */
export function stall(): Reply {
  return { send: (wire) => wire.until(NEVER) };
}

/** Sends the head of a stream and these events (or, of a string or bytes, that piece), then nothing for ever. */
export function stallAfter(first: Iterable<ReplyEvent> | string | Uint8Array = [], options: StreamOptions = {}): Reply {
  return {
    async send(wire) {
      await sendPieces(wire, partsOf(first), options);
      await wire.until(NEVER);
    },
  };
}

/**
 * Breaks the connection inside an answer: after so many bytes of the body of a chat completion with a length, or
 * after these events (or, of a string or bytes, that piece) of a stream.
 */
export function cutAfter(
  first: number | Iterable<ReplyEvent> | string | Uint8Array,
  { reset = false, ...options }: StreamOptions & { readonly reset?: boolean } = {},
): Reply {
  return {
    async send(wire) {
      if (typeof first === 'number') {
        const body = bytesOf(JSON.stringify(completionOf('x'.repeat(first))));
        await wire.write(headOf(200, { ...JSON_HEADERS, 'content-length': String(body.length), ...options.headers }));
        await wire.write(body.subarray(0, first));
      } else {
        await sendPieces(wire, partsOf(first), options);
      }
      // A reset discards what the peer has not read yet: give it the time to.
      if (reset) await wire.wait(20);
      wire.cut({ reset });
    },
  };
}

/** Breaks the connection instead of answering. */
export function closeBeforeAnswer({ reset = false }: { readonly reset?: boolean } = {}): Reply {
  return {
    async send(wire) {
      wire.cut({ reset });
    },
  };
}

/** Answers, keeps the connection, and closes it when the next request comes on it: the race of an idle connection. */
export function closeIdle(reply: Reply = chatAnswer('ok')): Reply {
  return {
    async send(wire) {
      wire.closeOnNextRequest();
      await reply.send(wire);
    },
  };
}

/** Answers after so many milliseconds. */
export function slowHeaders(ms: number, reply: Reply = chatAnswer('ok')): Reply {
  return {
    async send(wire) {
      await wire.wait(ms);
      await reply.send(wire);
    },
  };
}

/** A chat completion whose body has this many bytes, sent no faster than it is read. */
export function bigBody(bodyBytes: number, headers: ReplyHeaders = {}): Reply {
  const [before = '', after = ''] = JSON.stringify(completionOf('|')).split('|');
  const filling = bodyBytes - before.length - after.length;
  if (filling < 0) throw new Error(`a chat completion does not fit into ${bodyBytes} bytes`);
  return {
    async send(wire) {
      await wire.write(headOf(200, { ...JSON_HEADERS, 'content-length': String(bodyBytes), ...headers }));
      await wire.write(before);
      const block = Buffer.alloc(64 * 1024, 'x');
      for (let left = filling; left > 0; left -= block.length) await wire.write(block.subarray(0, left));
      await wire.write(after);
    },
  };
}

/** A reply that waits for the test. */
export interface Gate extends Reply {
  /** Lets it answer: every request that waits here and all that come. */
  release(): void;
  /** The first request that got here. */
  readonly reached: Promise<SeenRequest>;
}

/** Holds every request back until `release()`, then answers. */
export function hold(reply: Reply = chatAnswer('ok')): Gate {
  const opened = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<SeenRequest>();
  return {
    release: opened.resolve,
    reached: reached.promise,
    async send(wire) {
      reached.resolve(wire.request);
      await wire.until(opened.promise);
      await reply.send(wire);
    },
  };
}

/** A reply that a test writes by hand, for one request. Its methods reject once the peer has left. */
export interface Manual extends Reply {
  readonly request: Promise<SeenRequest>;
  /** A status line and headers; of a stream (200, chunked) unless told. */
  head(code?: number, headers?: ReplyHeaders): Promise<void>;
  /** One chunk of the body. */
  write(piece: string | Uint8Array): Promise<void>;
  /** One event of the stream. */
  event(event: ReplyEvent): Promise<void>;
  /** Bytes as they are, without chunk framing. */
  writeRaw(bytes: string | Uint8Array): Promise<void>;
  /** The last chunk: a clean end; the connection stays. */
  end(): Promise<void>;
  /** Breaks the connection. */
  destroy(options?: { reset?: boolean }): Promise<void>;
}

/** A reply under manual control; everything waits until its request has come. */
export function manual(): Manual {
  const arrived = Promise.withResolvers<Wire>();
  const finished = Promise.withResolvers<void>();
  const wire = arrived.promise;
  return {
    request: wire.then((one) => one.request),
    head: async (code = 200, headers = STREAM_HEADERS) => (await wire).write(headOf(code, headers)),
    write: async (piece) => writeChunk(await wire, piece),
    event: async (event) => writeChunk(await wire, encodeEvent(event)),
    writeRaw: async (bytes) => (await wire).write(bytes),
    async end() {
      await (await wire).write(LAST_CHUNK);
      finished.resolve();
    },
    async destroy(options) {
      (await wire).cut(options);
      finished.resolve();
    },
    async send(one) {
      arrived.resolve(one);
      await one.until(finished.promise);
    },
  };
}

/** The events of a chat completion that streams these words (a string is one word each with the space before it). */
export function chatEvents(
  words: string | readonly string[],
  { usage = false, finish = 'stop' }: { readonly usage?: boolean; readonly finish?: string | null } = {},
): object[] {
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_767_225_600, model: 'upstream-model' };
  const chunk = (delta: object, finish_reason: string | null = null) => {
    return { ...head, choices: [{ index: 0, delta, finish_reason }] };
  };
  const parts = typeof words === 'string' ? (words.match(/\s*\S+/g) ?? []) : words;
  const events: object[] = [chunk({ role: 'assistant', content: '' }), ...parts.map((content) => chunk({ content }))];
  if (finish !== null) events.push(chunk({}, finish));
  if (usage) events.push({ ...head, choices: [], usage: usageOf(parts.length) });
  return events;
}

/** Bytes cut at these offsets. */
export function splitAt(bytes: string | Uint8Array, ...offsets: number[]): Uint8Array[] {
  const whole = bytesOf(bytes);
  return [0, ...offsets].map((from, index) => whole.subarray(from, offsets[index] ?? whole.length));
}

/** Bytes in pieces of this size. */
export function splitEvery(bytes: string | Uint8Array, size: number): Uint8Array[] {
  const whole = bytesOf(bytes);
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.subarray(at * size, (at + 1) * size));
}

/** Events as the text of a stream. */
export function sseText(events: Iterable<ReplyEvent>, { done = true }: { readonly done?: boolean } = {}): string {
  return [...encodeEvents(events), done ? 'data: [DONE]\n\n' : ''].join('');
}

interface ErrorMembers {
  readonly message?: string;
  readonly type?: string;
  readonly param?: string | null;
  readonly code?: string | null;
}

const NEVER = new Promise<never>(() => {});
const LAST_CHUNK = '0\r\n\r\n';
const JSON_HEADERS = { 'content-type': 'application/json' };
const STREAM_HEADERS = { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' };

function whole(code: number, body: Uint8Array, headers: ReplyHeaders): Reply {
  const head = headOf(code, { ...JSON_HEADERS, 'content-length': String(body.length), ...headers });
  return { send: (wire) => wire.write(Buffer.concat([bytesOf(head), body])) };
}

async function sendPieces(
  wire: Wire,
  parts: Iterable<string | Uint8Array>,
  { gapMs = 0, headers }: { readonly gapMs?: number | undefined; readonly headers?: ReplyHeaders | undefined },
): Promise<void> {
  await wire.write(headOf(200, { ...STREAM_HEADERS, ...headers }));
  let isFirst = true;
  for (const part of parts) {
    if (!isFirst && gapMs > 0) await wire.wait(gapMs);
    isFirst = false;
    await writeChunk(wire, part);
  }
}

function writeChunk(wire: Wire, piece: string | Uint8Array): Promise<void> {
  const bytes = bytesOf(piece);
  // An empty chunk would be the last one.
  if (bytes.length === 0) return Promise.resolve();
  return wire.write(Buffer.concat([bytesOf(`${bytes.length.toString(16)}\r\n`), bytes, bytesOf('\r\n')]));
}

function partsOf(first: Iterable<ReplyEvent> | string | Uint8Array): Iterable<string | Uint8Array> {
  if (typeof first === 'string' || first instanceof Uint8Array) return [first];
  return encodeEvents(first);
}

function* encodeEvents(events: Iterable<ReplyEvent>): Generator<string> {
  for (const event of events) yield encodeEvent(event);
}

function encodeEvent(event: ReplyEvent): string {
  return `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`;
}

function headOf(code: number, headers: ReplyHeaders): string {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}\r\n`));
  return `HTTP/1.1 ${code} Scripted\r\n${lines.join('')}\r\n`;
}

function completionOf(text: string): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_767_225_600,
    model: 'upstream-model',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: usageOf(5),
  };
}

function usageOf(completionTokens: number): object {
  return { prompt_tokens: 10, completion_tokens: completionTokens, total_tokens: 10 + completionTokens };
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data;
}
