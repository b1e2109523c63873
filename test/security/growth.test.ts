// Whatever a client or a backend sends more of, it costs in proportion. Each list, map, text and nesting of every dialect's
// bodies, as the official SDKs' types have them, is doubled, and so are the events of streams, of each kind before each
// other. GROWTH=full goes through all pairs, and further: it takes an hour.
import { expect, setDefaultTimeout, test } from 'bun:test';
import { growingBodies } from './growth-documents.ts';
import { clientsOf, decodeStream, encodeStream, MODELS, runAnswer, runRequest, runStream } from './growth-runs.ts';
import { growingStreams, sseOf, type GrowingStream } from './growth-streams.ts';
import { growthOf, type Extent, type Grows } from './growth.ts';

const isFull = process.env['GROWTH'] === 'full';
const EXTENT: Extent = isFull ? { mostN: 16_384, enoughMs: 30 } : { mostN: 2048, enoughMs: 1 };
/** Of the pairs of events so many for each dialect, from all over the list. */
const STREAMS = isFull ? Infinity : 18;
const EVENT_DEPTH = 6;
const CHUNK_BYTES = 64 * 1024;

setDefaultTimeout(isFull ? 7_200_000 : 300_000);

/** Events cost little each, so there have to be many before their number shows. */
const STREAM_EXTENT: Extent = isFull ? EXTENT : { mostN: 4096, enoughMs: 4 };

/** Always taken: many events of one kind. */
const MANY_OF_ONE = /^(.+) once before \1, alike$/;

/** Takes so many of the streams; of each pair of events another order, for there are six of them. */
function stepOf(count: number): number {
  const step = Math.max(1, Math.floor(count / STREAMS));
  return step === 1 ? 1 : 6 * Math.floor(step / 6) + 1;
}

const DIALECTS = Object.keys(MODELS);

/** What grows more than it should, in words. */
function found(cases: Iterable<readonly [name: string, grows: Grows]>, extent = EXTENT): string[] {
  const faults: string[] = [];
  for (const [name, grows] of cases) {
    const growth = growthOf(grows, extent);
    if (growth === undefined) continue;
    const [before, after] = growth.ms;
    faults.push(`${name}: ${before.toFixed(1)} ms for ${growth.n}, ${after.toFixed(1)} ms for twice as many`);
  }
  return faults;
}

test('the measure finds a loop within a loop, and lets one loop pass', () => {
  const words = (n: number): string[] => Array.from({ length: n }, (_, at) => `word ${at}`);
  const twice: Grows = (n) => {
    const all = words(n);
    return () => all.filter((word, at) => all.indexOf(word) === at).length;
  };
  const once: Grows = (n) => {
    const all = words(n);
    return () => new Set(all).size;
  };
  expect(growthOf(twice, { mostN: 4096, enoughMs: 50 })).toBeDefined();
  expect(growthOf(once, { mostN: 4096, enoughMs: 50 })).toBeUndefined();
});

test.each(DIALECTS)('requests of %s cost in proportion, whoever is asked', (dialect) => {
  const bodies = growingBodies(dialect, 'request');
  const taken = bodies.filter(({ make }) => runRequest(dialect, JSON.stringify(make(2))));
  // What is refused at once costs nothing and proves nothing.
  expect(taken.length).toBeGreaterThan(bodies.length * 0.9);
  const cases = bodies.map(({ name, make }): [string, Grows] => [
    name,
    (n) => {
      const text = JSON.stringify(make(n));
      return () => runRequest(dialect, text);
    },
  ]);
  expect(found(cases)).toEqual([]);
});

test.each(DIALECTS)('answers of %s cost in proportion, whoever has asked', (dialect) => {
  const bodies = growingBodies(dialect, 'answer');
  const taken = bodies.filter(({ make }) => runAnswer(dialect, JSON.stringify(make(2))));
  expect(taken.length).toBeGreaterThan(bodies.length * 0.9);
  const cases = bodies.map(({ name, make }): [string, Grows] => [
    name,
    (n) => {
      const text = JSON.stringify(make(n));
      return () => runAnswer(dialect, text);
    },
  ]);
  expect(found(cases)).toEqual([]);
});

test.each(DIALECTS)('one event of %s costs in proportion to what is in it', (dialect) => {
  // What stands deeper stands in answers, too.
  const bodies = growingBodies(dialect, 'event').filter(({ depth }) => isFull || depth <= EVENT_DEPTH);
  const cases = bodies.map(({ name, make }): [string, Grows] => [
    name,
    (n) => {
      const event = make(n);
      const sse = sseOf([event]);
      return () => {
        runStream(dialect, sse, CHUNK_BYTES);
        const said = decodeStream(dialect, [event]);
        for (const client of clientsOf(dialect)) encodeStream(client, said);
      };
    },
  ]);
  expect(found(cases)).toEqual([]);
});

/** Each stream read, written for each other dialect, and inspected. What they work on is made once for all. */
function* casesOf(dialect: string, streams: readonly GrowingStream[]): Generator<readonly [string, Grows]> {
  for (const { name, make } of streams) {
    const eventsOf = remembered(make);
    const saidOf = remembered((n) => decodeStream(dialect, eventsOf(n)));
    yield [
      `${name}, read`,
      (n) => {
        const events = eventsOf(n);
        return () => decodeStream(dialect, events);
      },
    ];
    for (const client of clientsOf(dialect)) {
      yield [
        `${name}, written for ${client}`,
        (n) => {
          const said = saidOf(n);
          return () => encodeStream(client, said);
        },
      ];
    }
    yield [
      `${name}, inspected`,
      (n) => {
        const sse = sseOf(eventsOf(n));
        return () => runStream(dialect, sse, CHUNK_BYTES);
      },
    ];
  }
}

function remembered<T>(make: (n: number) => T): (n: number) => T {
  const made = new Map<number, T>();
  return (n) => {
    const known = made.get(n) ?? make(n);
    made.set(n, known);
    return known;
  };
}

test.each(DIALECTS)('streams of %s cost in proportion to their events, whatever follows what', (dialect) => {
  const all = growingStreams(dialect);
  const step = stepOf(all.length);
  const streams = all.filter(({ name }, at) => at % step === 0 || MANY_OF_ONE.test(name));
  expect(found(casesOf(dialect, streams), STREAM_EXTENT)).toEqual([]);
});

/** Streams of bytes that are long in one way, and the chunks that they come in. */
const EVENT = '{"choices":[{"index":0,"delta":{"content":"x"}}]}';
const BYTES: readonly (readonly [name: string, make: (n: number) => string])[] = [
  ['one long event', (n) => `data: {"x":"${'word '.repeat(n)}"}\n\n`],
  ['one long event without an end', (n) => `data: {"x":"${'word '.repeat(n)}`],
  ['one long event with CRLF', (n) => `data: {"x":"${'word '.repeat(n)}"}\r\n\r\n`],
  ['many events', (n) => `data: ${EVENT}\n\n`.repeat(n)],
  ['many events with CRLF', (n) => `data: ${EVENT}\r\n\r\n`.repeat(n)],
  ['many events with CR', (n) => `data: ${EVENT}\r\r`.repeat(n)],
  ['many names', (n) => `event: x\ndata: ${EVENT}\n\n`.repeat(n)],
  ['comments', (n) => ': x\n\n'.repeat(n)],
  ['a long comment', (n) => `: ${'x '.repeat(n)}\n\n`],
  ['lines of no event', (n) => 'id: 1\n'.repeat(n)],
  ['lines of data', (n) => `${'data: 1,\n'.repeat(Math.min(n, 9000))}\n`],
  ['line ends', (n) => '\n'.repeat(n)],
];

test.each([1, 16, 4096, 64 * 1024 * 1024])('streams in chunks of %d bytes cost in proportion', (chunkBytes) => {
  const cases = BYTES.map(([name, make]): [string, Grows] => [
    name,
    (n) => {
      const sse = Buffer.from(make(n));
      return () => runStream('openai-chat', sse, chunkBytes);
    },
  ]);
  expect(found(cases, { mostN: 32_768, enoughMs: isFull ? 200 : 20 })).toEqual([]);
});
