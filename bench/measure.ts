// One measurement of one proxy. How often, of which and in which order is run.ts's business.
import { join } from 'node:path';
import type { Ask, RequestsDone, RequestsTask, StreamsBegun, StreamsDone, StreamsTask } from './load.ts';
import { answers, cpuMicros, residentBytes, start, startTalking } from './processes.ts';
import { CLIENT_KEY, llmProxyCommand, OUT, type Running } from './proxies.ts';

/** How much work each measurement is. */
export interface Sizes {
  rounds: number;
  streamRounds: number;
  plainRequests: number;
  largeRequests: number;
  /** Portkey needs some thirty times the CPU time of the others. */
  portkeyRequests: number;
  streams: number;
  chunks: number;
  /** Of which some are cut. */
  cutStreams: number;
  manyStreams: number;
  openStreams: number;
  latencySeconds: number;
  starts: number;
  hedgedRequests: number;
}

/** The figures of one measurement, by name, and how many of its requests or streams went wrong. */
export interface Sample {
  figures: Record<string, number>;
  failures: number;
}

const LOAD_WITHIN_MS = 60_000;
const CHUNK_INTERVAL_MS = 50;
/** Streams that stay open for some seconds and do little. */
const HELD = { chunks: 12, intervalMs: 500 };
const SETTLE_MS = 1500;
const LARGE_BODY_BYTES = 1024 * 1024;

/** CPU time per plain request of `bodyBytes`. */
export async function requests(proxy: Running, count: number, bodyBytes: number): Promise<Sample> {
  return await taskCost(proxy, requestsTask(proxy, count, bodyBytes));
}

/** The same with what is written afterwards. */
export async function accountedRequests(proxy: Running, count: number): Promise<Sample> {
  return await taskCost(proxy, requestsTask(proxy, count, 1024), SETTLE_MS);
}

async function taskCost(proxy: Running, task: RequestsTask, settleMs = 0): Promise<Sample> {
  const before = cpuMicros(proxy.pid);
  const done = await runRequests(task);
  await Bun.sleep(settleMs);
  const micros = (cpuMicros(proxy.pid) - before) / Math.max(1, done.completed);
  return { figures: { cpuMicros: micros, perSecond: done.completed / done.seconds }, failures: done.failures };
}

/** CPU time per request that is refused with 429. */
export async function refusals(proxy: Running, count: number): Promise<Sample> {
  return await taskCost(proxy, { ...requestsTask(proxy, count, 1024), status: 429 });
}

/** Latency at a steady pace, from the moment at which each request was due. */
export async function latency(proxy: Running, perSecond: number, seconds: number): Promise<Sample> {
  const count = Math.round(perSecond * seconds);
  const task = { ...requestsTask(proxy, count, 1024), connections: 64, perSecond };
  const { failures, p50Ms = NaN, p99Ms = NaN } = await runRequests(task);
  return { figures: { p99Ms, p50Ms, perSecond }, failures };
}

/** The same with bodies of 1 MB. */
export async function largeRequests(proxy: Running, count: number): Promise<Sample> {
  return await requests(proxy, count, LARGE_BODY_BYTES);
}

/** The same with bodies that are one picture. */
export async function pictureRequests(proxy: Running, count: number): Promise<Sample> {
  return await taskCost(proxy, { ...requestsTask(proxy, count, LARGE_BODY_BYTES), content: 'picture' });
}

/** CPU time per chunk of many streams at once, what it takes to open and close them included. */
export async function streamChunks(proxy: Running, sizes: Sizes): Promise<Sample> {
  const before = cpuMicros(proxy.pid);
  const { done } = await runStreams(proxy, {
    streams: sizes.streams,
    chunks: sizes.chunks,
    intervalMs: CHUNK_INTERVAL_MS,
  });
  const micros = (cpuMicros(proxy.pid) - before) / Math.max(1, done.events);
  return { figures: { cpuMicros: micros }, failures: done.failures };
}

/** CPU time per event that the upstream sends with text, whatever the dialects of the two sides make of it. */
export async function askedChunks(proxy: Running, ask: Ask, sizes: Sizes): Promise<Sample> {
  const before = cpuMicros(proxy.pid);
  const shape = { streams: sizes.streams, chunks: sizes.chunks, intervalMs: CHUNK_INTERVAL_MS };
  const { begun, done } = await runStreams(proxy, { ...shape, ask });
  const micros = (cpuMicros(proxy.pid) - before) / Math.max(1, done.completed * sizes.chunks);
  return { figures: { cpuMicros: micros, lagMedianMs: begun.lagMedianMs }, failures: done.failures };
}

/** Resident memory that an open stream adds to a proxy that has been started for this and warmed up. */
export async function streamMemory(proxy: Running, sizes: Sizes): Promise<Sample> {
  await requests(proxy, 2000, 1024);
  await runStreams(proxy, { streams: 50, chunks: 5, intervalMs: CHUNK_INTERVAL_MS });
  await Bun.sleep(SETTLE_MS);
  const idle = residentBytes(proxy.pid);
  let open = idle;
  const { done } = await runStreams(proxy, { streams: sizes.streams, ...HELD }, async () => {
    await Bun.sleep(SETTLE_MS);
    open = residentBytes(proxy.pid);
  });
  const kilobytes = (open - idle) / 1024 / sizes.streams;
  return { figures: { kilobytes, idleMegabytes: idle / 1024 / 1024 }, failures: done.failures };
}

/** Resident memory that each of very many streams adds, nearly idle ones. */
export async function openStreams(proxy: Running, sizes: Sizes): Promise<Sample> {
  await requests(proxy, 2000, 1024);
  await Bun.sleep(SETTLE_MS);
  const idle = residentBytes(proxy.pid);
  let open = idle;
  const { done } = await runStreams(proxy, { streams: sizes.openStreams, chunks: 6, intervalMs: 2500 }, async () => {
    await Bun.sleep(SETTLE_MS);
    open = residentBytes(proxy.pid);
  });
  return { figures: { kilobytes: (open - idle) / 1024 / sizes.openStreams }, failures: done.failures };
}

/** How soon very many streams that are asked for in the same moment have all begun. */
export async function manyStreams(proxy: Running, sizes: Sizes): Promise<Sample> {
  const { begun, done } = await runStreams(proxy, { streams: sizes.manyStreams, ...HELD });
  const { allBegunMs, lagMedianMs, lagMaxMs } = begun;
  return { figures: { allBegunMs, lagMedianMs, lagMaxMs }, failures: done.failures };
}

/** From starting the executable to the first 200 of /health. */
export async function startToReady(upstreamPort: number): Promise<Sample> {
  const { argv, port } = await llmProxyCommand(upstreamPort, false);
  const startedAt = performance.now();
  const program = start(argv, join(OUT, 'start.out'));
  const up = await answers(`http://127.0.0.1:${port}/health`, 10_000, 1);
  const ms = performance.now() - startedAt;
  await program.stop();
  return { figures: { ms }, failures: up ? 0 : 1 };
}

function requestsTask(proxy: Running, count: number, bodyBytes: number): RequestsTask {
  const connections = bodyBytes > 100_000 ? 4 : 16;
  return { kind: 'requests', port: proxy.port, headers: headersFor(proxy), connections, count, bodyBytes };
}

async function runRequests(task: RequestsTask): Promise<RequestsDone> {
  for await (const line of load(task)) return JSON.parse(line) as RequestsDone;
  return { event: 'done', completed: 0, failures: task.count, seconds: NaN };
}

/** Runs streams to their end; `whileOpen` runs when all of them have begun. */
async function runStreams(
  proxy: Running,
  shape: Pick<StreamsTask, 'streams' | 'chunks' | 'intervalMs' | 'ask'>,
  whileOpen?: () => Promise<void>,
): Promise<{ begun: StreamsBegun; done: StreamsDone }> {
  const { streams } = shape;
  let begun: StreamsBegun = { event: 'begun', failures: streams, allBegunMs: NaN, lagMedianMs: NaN, lagMaxMs: NaN };
  let done: StreamsDone = { event: 'done', completed: 0, failures: streams, events: 0 };
  const task: StreamsTask = { kind: 'streams', port: proxy.port, headers: headersFor(proxy), ...shape };
  for await (const line of load(task)) {
    const finding = JSON.parse(line) as StreamsBegun | StreamsDone;
    if (finding.event === 'done') {
      done = finding;
    } else {
      begun = finding;
      await whileOpen?.();
    }
  }
  return { begun, done };
}

/** Starts the clients and yields what they find, one JSON line each; ends when they do, or are out of time. */
async function* load(task: RequestsTask | StreamsTask): AsyncGenerator<string> {
  const program = startTalking([process.execPath, join(import.meta.dir, 'load.ts'), JSON.stringify(task)]);
  const timer = setTimeout(() => void program.stop(), LOAD_WITHIN_MS);
  try {
    yield* program.lines;
  } finally {
    clearTimeout(timer);
    await program.stop();
  }
}

function headersFor(proxy: Running): Record<string, string> {
  return { authorization: `Bearer ${CLIENT_KEY}`, ...proxy.headers };
}
