// The benchmark's clients, a process of its own on raw keep-alive sockets. The task comes as JSON in the first
// argument; every finding goes out as one JSON line.
import type { Socket } from 'bun';
import { chatBody, pictureBody } from './bodies.ts';
import { MessageReader } from './message-reader.ts';
import { Outbox } from './outbox.ts';

/** `count` requests in all, one after the other on each of `connections`; with `perSecond`, at that pace whatever comes back. */
export interface RequestsTask {
  kind: 'requests';
  port: number;
  headers: Record<string, string>;
  connections: number;
  count: number;
  bodyBytes: number;
  /** What the body is mostly; a conversation unless told. */
  content?: 'picture';
  /** The status that each is to have; 200 unless told. */
  status?: number;
  perSecond?: number;
}

/** `streams` streams at once, all asked for in the same moment, each of `chunks` events. */
export interface StreamsTask {
  kind: 'streams';
  port: number;
  headers: Record<string, string>;
  streams: number;
  chunks: number;
  intervalMs: number;
  /** What is asked, in which dialect; chat completions of the alias `bench` unless told. */
  ask?: Ask;
}

/** The dialect that the clients speak and the alias that they name. */
export interface Ask {
  dialect: 'chat' | 'messages';
  alias: string;
}

export interface RequestsDone {
  event: 'done';
  completed: number;
  failures: number;
  seconds: number;
  /** From the moment at which a request was due to its whole answer; with `perSecond` only. */
  p50Ms?: number;
  p99Ms?: number;
}

/** Every stream has its first event, or failed. Times in ms. */
export interface StreamsBegun {
  event: 'begun';
  failures: number;
  /** From the first request sent to the last stream's first event. */
  allBegunMs: number;
  /** From the upstream sending a stream's first event to the client having it: the median and the worst. */
  lagMedianMs: number;
  lagMaxMs: number;
}

export interface StreamsDone {
  event: 'done';
  completed: number;
  failures: number;
  events: number;
}

interface Client {
  outbox: Outbox;
  reader: MessageReader;
  onClose: () => void;
}

const CONNECTING_AT_ONCE = 100;
const CONNECT_TRIES = 3;

if (import.meta.main) {
  const task = JSON.parse(process.argv[2] ?? '{}') as RequestsTask | StreamsTask;
  await (task.kind === 'requests' ? runRequests(task) : runStreams(task));
  process.exit(0);
}

async function runRequests(task: RequestsTask): Promise<void> {
  const body = task.content === 'picture' ? pictureBody(task.bodyBytes) : chatBody(task.bodyBytes);
  const request = requestBytes(task.headers, body);
  let toSend = task.count;
  let completed = 0;
  const wanted = String(task.status ?? 200);
  const startedAt = performance.now();
  const latencies: number[] = [];
  /** Due and not sent, and connections that have nothing to do, where there is a pace. */
  const due: number[] = [];
  const idle: ((dueAt: number) => void)[] = [];
  const { perSecond } = task;
  const pace =
    perSecond === undefined
      ? undefined
      : setInterval(() => {
          const should = ((performance.now() - startedAt) / 1000) * perSecond;
          while (task.count - toSend < should && toSend > 0) {
            const dueAt = startedAt + ((task.count - toSend) / perSecond) * 1000;
            toSend -= 1;
            const send = idle.pop();
            if (send === undefined) due.push(dueAt);
            else send(dueAt);
          }
        }, 1);
  const worker = async (): Promise<void> => {
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
    let status = '';
    const socket = await connect(task.port, {
      head: (text) => (status = text.slice(9, 12)),
      body: () => {},
      end() {
        if (status === wanted) completed += 1;
        if (pace !== undefined) latencies.push(performance.now() - dueAt);
        next();
      },
      close: finish,
    });
    let dueAt = 0;
    const send = (at: number): void => {
      dueAt = at;
      socket.data.outbox.write(socket, request);
    };
    const next = (): void => {
      if (pace !== undefined) {
        const waiting = due.shift();
        if (waiting !== undefined) send(waiting);
        else if (latencies.length === task.count) for (const end of ends) end();
        else idle.push(send);
        return;
      }
      if (toSend === 0) {
        socket.end();
        finish();
        return;
      }
      toSend -= 1;
      socket.data.outbox.write(socket, request);
    };
    ends.push(() => {
      socket.end();
      finish();
    });
    next();
    await finished;
  };
  const ends: (() => void)[] = [];
  await Promise.all(Array.from({ length: task.connections }, worker));
  clearInterval(pace);
  const failures = task.count - completed;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? NaN;
  const seconds = (performance.now() - startedAt) / 1000;
  report({ event: 'done', completed, failures, seconds, p50Ms: at(0.5), p99Ms: at(0.99) });
}

async function runStreams(task: StreamsTask): Promise<void> {
  const { dialect, alias } = task.ask ?? { dialect: 'chat', alias: 'bench' };
  const body = chatBody(1024, { alias, chunks: task.chunks, intervalMs: task.intervalMs });
  const request = requestBytes(task.headers, body, dialect);
  const last = dialect === 'chat' ? '[DONE]' : 'message_stop';
  const lags: number[] = [];
  let failures = 0;
  let completed = 0;
  let events = 0;
  let sentAt = 0;
  const { promise: allBegun, resolve: begun } = Promise.withResolvers<void>();
  const { promise: allDone, resolve: done } = Promise.withResolvers<void>();

  const open = async (): Promise<Socket<Client>> => {
    let status = '';
    let first = true;
    let whole = false;
    let settled = false;
    let lastByte = 0;
    const settle = (): void => {
      if (settled) return;
      settled = true;
      if (first || !whole || status !== '200') failures += 1;
      else completed += 1;
      if (lags.length + failures >= task.streams) begun();
      if (completed + failures === task.streams) done();
    };
    return await connect(task.port, {
      head: (text) => (status = text.slice(9, 12)),
      body(bytes) {
        if (first && status === '200') {
          const at = /at=([\d.]+);/.exec(bytes.toString('latin1'))?.[1];
          if (at !== undefined) {
            first = false;
            lags.push(performance.timeOrigin + performance.now() - Number(at));
            if (lags.length + failures >= task.streams) begun();
          }
        }
        for (const byte of bytes) {
          if (byte === 10 && lastByte === 10) events += 1;
          lastByte = byte;
        }
        whole ||= bytes.includes(last);
      },
      end: settle,
      close: settle,
    });
  };

  const sockets: Socket<Client>[] = [];
  while (sockets.length < task.streams) {
    const batch = Math.min(CONNECTING_AT_ONCE, task.streams - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: batch }, open))));
  }
  sentAt = performance.now();
  for (const socket of sockets) socket.data.outbox.write(socket, request);
  await allBegun;
  lags.sort((a, b) => a - b);
  report({
    event: 'begun',
    failures,
    allBegunMs: performance.now() - sentAt,
    lagMedianMs: lags[lags.length >> 1] ?? NaN,
    lagMaxMs: lags.at(-1) ?? NaN,
  });
  await allDone;
  report({ event: 'done', completed, failures, events });
}

interface ClientEvents {
  head(text: string): void;
  body(bytes: Buffer): void;
  end(): void;
  close(): void;
}

async function connect(port: number, events: ClientEvents): Promise<Socket<Client>> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await Bun.connect<Client>({
        hostname: '127.0.0.1',
        port,
        data: { outbox: new Outbox(), reader: new MessageReader(events), onClose: () => events.close() },
        socket: {
          data: (socket, bytes) => socket.data.reader.feed(bytes),
          drain: (socket) => socket.data.outbox.flush(socket),
          close: (socket) => socket.data.onClose(),
          error: (socket) => socket.data.onClose(),
        },
      });
    } catch (error) {
      if (tries === CONNECT_TRIES) throw error;
    }
  }
}

function requestBytes(headers: Record<string, string>, body: string, dialect: Ask['dialect'] = 'chat'): Buffer {
  const path = dialect === 'chat' ? '/v1/chat/completions' : '/v1/messages';
  const lines = Object.entries({
    host: '127.0.0.1',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

function report(line: RequestsDone | StreamsBegun | StreamsDone): void {
  console.log(JSON.stringify(line));
}
