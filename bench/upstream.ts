// The benchmark's provider, a process of its own on a raw TCP socket: it must never be what is measured.
// A plain request gets a fixed 360-byte completion. A request with `"stream":true` gets server-sent events as the
// marker in its message asks: `bench:CHUNKS:INTERVAL_MS;`. Each event carries the time it was sent.
import type { Socket } from 'bun';
import { MessageReader } from './message-reader.ts';
import { Outbox } from './outbox.ts';

const TICK_MS = 5;
const PLAIN = plainAnswer();
const STREAM_HEAD = Buffer.from(
  // X-Accel-Buffering is how an application tells nginx not to collect a stream before passing it on.
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n\r\n',
);
const STREAM_END = Buffer.concat([chunk('data: [DONE]\n\n'), Buffer.from('0\r\n\r\n')]);

interface Connection {
  reader: MessageReader;
  outbox: Outbox;
  /** The beginning of the request's body, where `stream` and the marker stand. */
  start: string;
}

interface Stream {
  socket: Socket<Connection>;
  left: number;
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
        head: () => (socket.data.start = ''),
        body(bytes) {
          if (socket.data.start.length < 4096) socket.data.start += bytes.toString('latin1', 0, 4096);
        },
        end: () => answer(socket),
      });
      socket.data = { reader, outbox: new Outbox(), start: '' };
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
  const stream = { socket, left: Number(chunks), intervalMs: Number(intervalMs), dueAt: 0 };
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
  const { socket } = stream;
  stream.left -= 1;
  socket.data.outbox.write(socket, chunk(event(stream.left === 0)));
  if (stream.left > 0) return;
  socket.data.outbox.write(socket, STREAM_END);
  streams.delete(stream);
}

function forget(socket: Socket<Connection>): void {
  for (const stream of streams) if (stream.socket === socket) streams.delete(stream);
}

function event(last: boolean): string {
  const content = last ? '' : `at=${(performance.timeOrigin + performance.now()).toFixed(2)};`;
  return `data: ${JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1767225600,
    model: 'bench-model',
    choices: [{ index: 0, delta: { content }, finish_reason: last ? 'stop' : null }],
  })}\n\n`;
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
