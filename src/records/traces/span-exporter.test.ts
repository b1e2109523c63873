import { expect, test } from 'bun:test';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import type { TraceDestination } from '../../core/trace-settings.ts';
import type { Batch } from './batch.ts';
import { PROFILES } from './profiles/profiles.ts';
import type { SendResult } from './send-spans.ts';
import { SpanExporter } from './span-exporter.ts';
import { spansOf } from './spans-of.ts';
import { failedOver } from './traces.fixture.ts';

const DESTINATION: TraceDestination = {
  url: 'http://collector:4318/v1/traces',
  headers: {},
  profile: 'semconv',
  content: false,
  protocol: 'http/protobuf',
  gzip: true,
  timeoutMs: 1000,
};
/** Three of them. */
const SPANS = spansOf(failedOver(), [], PROFILES.semconv(false), (text) => text);
const TAKEN: SendResult = { type: 'taken', rejected: 0, cause: '' };
const LATER: SendResult = { type: 'later', cause: 'status_503', retryAfterMs: undefined };

function setUp(results: readonly SendResult[] = []) {
  const clock = new FakeClock();
  const told: string[] = [];
  const batches: Batch[] = [];
  const left = [...results];
  const exporter = new SpanExporter(DESTINATION, {
    clock,
    random: () => 1,
    send: (batch) => {
      batches.push(batch);
      return Promise.resolve(left.shift() ?? TAKEN);
    },
    events: {
      failing: (_, cause) => told.push(`failing ${cause}`),
      refusing: (_, cause) => told.push(`refusing ${cause}`),
      recovered: (_, lost) => told.push(`recovered ${lost}`),
    },
    origin: { resource: [], scope: { name: 'llm-proxy', version: '1' }, schemaUrl: '' },
  });
  return { clock, told, batches, exporter };
}

/** Lets what is ready to run, run. */
async function turns(): Promise<void> {
  for (let at = 0; at < 20; at++) await Promise.resolve();
}

test('a few spans are sent together after a second', async () => {
  const { clock, batches, exporter } = setUp();
  exporter.add(SPANS);
  exporter.add(SPANS);
  clock.advance(999);
  await turns();
  expect(batches).toEqual([]);
  clock.advance(1);
  await turns();
  expect(batches.map(({ spans }) => spans.length)).toEqual([6]);
  expect(exporter.counts).toEqual({ sent: 6, dropped: 0, refused: 0 });
});

test('a full batch is sent at once, and no batch is larger', async () => {
  const { batches, exporter } = setUp();
  for (let at = 0; at < 400; at++) exporter.add(SPANS);
  await turns();
  expect(batches.map(({ spans }) => spans.length)).toEqual([512, 512, 176]);
});

test('what is not taken is sent again after longer and longer times; that is told once, and its end', async () => {
  const { clock, told, batches, exporter } = setUp([LATER, LATER, LATER]);
  exporter.add(SPANS);
  clock.advance(1000);
  for (const pause of [1000, 2000, 4000]) {
    await turns();
    const before = batches.length;
    clock.advance(pause - 1);
    await turns();
    expect(batches).toHaveLength(before);
    clock.advance(1);
  }
  await turns();
  expect(batches).toHaveLength(4);
  expect(told).toEqual(['failing status_503', 'recovered 0']);
  expect(exporter.counts).toEqual({ sent: 3, dropped: 0, refused: 0 });
});

test('Retry-After is waited for', async () => {
  const { clock, batches, exporter } = setUp([{ ...LATER, retryAfterMs: 7000 }]);
  exporter.add(SPANS);
  clock.advance(1000);
  await turns();
  clock.advance(6999);
  await turns();
  expect(batches).toHaveLength(1);
  clock.advance(1);
  await turns();
  expect(batches).toHaveLength(2);
});

test('while the destination is down, spans beyond the bound are dropped and counted, and none wait for ever', async () => {
  const { clock, told, exporter } = setUp(Array.from({ length: 12 }, () => LATER));
  for (let at = 0; at < 10_000; at++) exporter.add(SPANS);
  expect(exporter.waiting).toBeLessThanOrEqual(8192);
  const { dropped } = exporter.counts;
  expect(dropped).toBeGreaterThan(20_000);
  for (let at = 0; at < 12; at++) {
    await turns();
    clock.advance(30_000);
  }
  for (let at = 0; at < 30; at++) await turns();
  // The batch that was never taken is lost; the others are not.
  expect(exporter.counts.dropped).toBe(dropped + 512);
  expect(exporter.counts.sent + exporter.counts.dropped).toBe(30_000);
  expect(told).toEqual(['failing status_503', `recovered ${dropped + 512}`]);
});

test('what is refused is counted, of a batch that is taken in part as well', async () => {
  const { clock, told, exporter } = setUp([
    { type: 'refused', cause: 'status_401' },
    { type: 'taken', rejected: 2, cause: 'too old' },
    TAKEN,
  ]);
  for (let at = 0; at < 3; at++) {
    exporter.add(SPANS);
    clock.advance(1000);
    await turns();
  }
  expect(exporter.counts).toEqual({ sent: 4, dropped: 0, refused: 5 });
  expect(told).toEqual(['refusing status_401', 'recovered 5']);
});

test('at the end what waits is sent once, without a pause', async () => {
  const { batches, exporter } = setUp([LATER]);
  for (let at = 0; at < 200; at++) exporter.add(SPANS);
  await exporter.close(1000);
  expect(batches.map(({ spans }) => spans.length)).toEqual([512, 88]);
  expect(exporter.counts).toEqual({ sent: 88, dropped: 512, refused: 0 });
  exporter.add(SPANS);
  expect(exporter.counts.dropped).toBe(515);
});

test('at the end a destination that does not answer is given up', async () => {
  const clock = new FakeClock();
  const exporter = new SpanExporter(DESTINATION, {
    clock,
    random: () => 1,
    send: (_, __, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ ...LATER, cause: 'AbortError' }));
      }),
    events: { failing: () => undefined, refusing: () => undefined, recovered: () => undefined },
    origin: { resource: [], scope: { name: '', version: '' }, schemaUrl: '' },
  });
  for (let at = 0; at < 400; at++) exporter.add(SPANS);
  const closed = exporter.close(3000);
  clock.advance(3000);
  await closed;
  expect(exporter.counts).toEqual({ sent: 0, dropped: 1200, refused: 0 });
});
