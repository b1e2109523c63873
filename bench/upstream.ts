// The benchmark's provider, a process of its own on a raw TCP socket: it must never be what is measured.
// A plain request gets a fixed 360-byte completion. A request with `"stream":true` gets server-sent events as the
// marker in its message asks: `bench:CHUNKS:INTERVAL_MS;`. Each event carries the time it was sent. What is asked at
// /v1/messages is answered in Anthropic's dialect, everything else in OpenAI's chat completions.
import type { Socket } from 'bun';
import { MessageReader } from './message-reader.ts';
import { Outbox } from './outbox.ts';

const TICK_MS = 5;
const PLAIN = plainAnswer();
const STREAM_HEAD = Buffer.from(
  // X-Accel-Buffering is how an application tells nginx not to collect a stream before passing it on.
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n\r\n',
);

/** How a dialect says a stream: what goes in front of its first text and behind its last. */
interface Dialect {
  readonly begin: string;
  text(content: string): string;
  readonly end: string;
}
const CHAT: Dialect = { begin: '', text: chatEvent, end: `${chatEvent()}data: [DONE]\n\n` };
const MESSAGES: Dialect = { begin: messagesBegin(), text: messagesEvent, end: messagesEnd() };

interface Connection {
  reader: MessageReader;
  outbox: Outbox;
  /** The beginning of the request's body, where `stream` and the marker stand. */
  start: string;
  dialect: Dialect;
}

interface Stream {
  socket: Socket<Connection>;
  left: number;
  /** Nothing was sent yet. */
  isNew: boolean;
  intervalMs: number;
  dueAt: number;
}

const streams = new Set<Stream>();
const server = Bun.listen<Connection>({
  hostname: '127.0.0.1',
  port: 0,
  socket: {
    open(socket) {
      const reader = new MessageReader({
        head(text) {
          socket.data.start = '';
          socket.data.dialect = text.startsWith('POST /v1/messages') ? MESSAGES : CHAT;
        },
        body(bytes) {
          if (socket.data.start.length < 4096) socket.data.start += bytes.toString('latin1', 0, 4096);
        },
        end: () => answer(socket),
      });
      socket.data = { reader, outbox: new Outbox(), start: '', dialect: CHAT };
    },
    data: (socket, bytes) => socket.data.reader.feed(bytes),
    drain: (socket) => socket.data.outbox.flush(socket),
    close: forget,
    error: forget,
  },
});
setInterval(sendDue, TICK_MS);
console.log(server.port);

function answer(socket: Socket<Connection>): void {
  const { start, outbox } = socket.data;
  if (!/"stream":\s*true/.test(start)) {
    outbox.write(socket, PLAIN);
    return;
  }
  const [, chunks = '10', intervalMs = '50'] = /bench:(\d+):(\d+);/.exec(start) ?? [];
  const stream = { socket, left: Number(chunks), isNew: true, intervalMs: Number(intervalMs), dueAt: 0 };
  streams.add(stream);
  outbox.write(socket, STREAM_HEAD);
  send(stream);
  // Streams that begin together do not tick together: each gets a phase of its own.
  stream.dueAt = performance.now() + stream.intervalMs * (0.5 + Math.random());
}

function sendDue(): void {
  const now = performance.now();
  for (const stream of streams) {
    if (stream.dueAt > now) continue;
    stream.dueAt += stream.intervalMs;
    send(stream);
  }
}

function send(stream: Stream): void {
  const { outbox, dialect } = stream.socket.data;
  stream.left -= 1;
  const begin = stream.isNew ? dialect.begin : '';
  stream.isNew = false;
  if (stream.left > 0) {
    const content = `at=${(performance.timeOrigin + performance.now()).toFixed(2)};`;
    outbox.write(stream.socket, chunk(begin + dialect.text(content)));
    return;
  }
  outbox.write(stream.socket, Buffer.concat([chunk(begin + dialect.end), Buffer.from('0\r\n\r\n')]));
  streams.delete(stream);
}

function forget(socket: Socket<Connection>): void {
  for (const stream of streams) if (stream.socket === socket) streams.delete(stream);
}

/** One event of a chat stream; without `content`, the one that ends the choice. */
function chatEvent(content?: string): string {
  return `data: ${JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1767225600,
    model: 'bench-model',
    choices: [{ index: 0, delta: { content: content ?? '' }, finish_reason: content === undefined ? 'stop' : null }],
  })}\n\n`;
}

function messagesBegin(): string {
  const message = { id: 'msg_bench', type: 'message', role: 'assistant', model: 'bench-model', content: [] };
  const usage = { input_tokens: 200, output_tokens: 1 };
  return (
    named('message_start', { message: { ...message, stop_reason: null, stop_sequence: null, usage } }) +
    named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
  );
}

function messagesEvent(text: string): string {
  return named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
}

function messagesEnd(): string {
  const delta = { stop_reason: 'end_turn', stop_sequence: null };
  return (
    named('content_block_stop', { index: 0 }) +
    named('message_delta', { delta, usage: { output_tokens: 200 } }) +
    named('message_stop', {})
  );
}

function named(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function chunk(text: string): Buffer {
  return Buffer.from(`${text.length.toString(16)}\r\n${text}\r\n`);
}

function plainAnswer(): Buffer {
  const message = { role: 'assistant', content: '' };
  const body = {
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1767225600,
    model: 'bench-model',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: { prompt_tokens: 200, completion_tokens: 20, total_tokens: 220 },
  };
  const missing = 360 - JSON.stringify(body).length;
  message.content = 'The quick brown fox jumps over the lazy dog. '.repeat(10).slice(0, missing);
  const text = JSON.stringify(body);
  return Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
}
