import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { dataLines, eventData, eventEnd, EventSplitter, structureOf, withData } from './sse.ts';

const BOM = '\uFEFF';
const encoder = new TextEncoder();

interface Read {
  readonly regions: readonly Uint8Array[];
  readonly events: readonly string[];
}

/** Reads chunks as the gateway does: regions of whole events, each event's data looked at in place. */
function read(chunks: readonly Uint8Array[]): Read {
  const splitter = new EventSplitter();
  const regions: Uint8Array[] = [];
  const events: string[] = [];
  const take = (region: Uint8Array | undefined): void => {
    if (region === undefined) return;
    regions.push(region);
    const text = structureOf(region);
    for (let at = 0; at < text.length;) {
      const end = eventEnd(text, at, splitter.mixedLineEnds);
      const data = eventData(text, at, end, splitter.mixedLineEnds);
      if (data !== undefined) events.push(Buffer.from(data, 'latin1').toString());
      at = end;
    }
  };
  for (const chunk of chunks) take(splitter.push(chunk));
  take(splitter.flush());
  expect(splitter.pendingBytes).toBe(0);
  return { regions, events };
}

/** The same by the grammar, on the whole text at once. */
function expectedEvents(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .replaceAll(/\r\n|\r/g, '\n')
    .split(/\n\n+/)
    .map((event) => dataLines(event))
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'));
}

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((place, index) => bytes.slice(places[index], place));
}

function text(bytes: readonly Uint8Array[]): string {
  return Buffer.concat(bytes).toString();
}

const word = fc.string({ unit: fc.constantFrom('a', '"', ':', ' ', 'é', '字', '😀', '{', '\\'), maxLength: 8 });
const line = fc.oneof(
  word.map((value) => `data: ${value}`),
  word.map((value) => `data:${value}`),
  word.map((value) => `: ${value}`),
  fc.constantFrom('event: delta', 'id: 7', 'data', 'retry: 10'),
);
const event = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 3 }), fc.constantFrom('\n', '\r\n', '\r'))
  .map(([lines, lineEnd]) => lines.map((value) => value + lineEnd).join('') + lineEnd);
const stream = fc
  .tuple(fc.constantFrom('', BOM), fc.array(event, { maxLength: 6 }), fc.constantFrom('', 'data: unended', ': torn\n'))
  .map((parts) => parts[0] + parts[1].join('') + parts[2]);

describe('EventSplitter', () => {
  test('however a stream is split, events and bytes are the same', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat({ max: 500 }), { maxLength: 12 }), (whole, cuts) => {
        const { regions, events } = read(split(encoder.encode(whole), cuts));
        expect(events).toEqual(expectedEvents(whole));
        expect(text(regions)).toBe(whole.replace(/^\uFEFF/, ''));
      }),
      { numRuns: 1000 },
    );
  });

  test('byte by byte too', () => {
    fc.assert(
      fc.property(stream, (whole) => {
        const bytes = encoder.encode(whole);
        const { regions, events } = read(Array.from(bytes, (byte) => Uint8Array.of(byte)));
        expect(events).toEqual(expectedEvents(whole));
        expect(text(regions)).toBe(whole.replace(/^\uFEFF/, ''));
      }),
    );
  });

  test('a chunk of whole events is passed on without a copy', () => {
    const chunk = encoder.encode('data: 1\n\ndata: 2\n\n');
    expect(new EventSplitter().push(chunk)).toBe(chunk);
  });

  test('what is torn waits for its rest, and no longer', () => {
    const splitter = new EventSplitter();
    expect(splitter.push(encoder.encode('data: 1\n'))).toBeUndefined();
    expect(splitter.pendingBytes).toBe(8);
    expect(structureOf(splitter.push(encoder.encode('\ndata: 2')) ?? new Uint8Array())).toBe('data: 1\n\n');
    expect(splitter.pendingBytes).toBe(7);
    expect(structureOf(splitter.flush() ?? new Uint8Array())).toBe('data: 2');
    expect(splitter.flush()).toBeUndefined();
  });

  test('a region does not change when more comes', () => {
    const splitter = new EventSplitter();
    splitter.push(encoder.encode('data: fi'));
    const first = splitter.push(encoder.encode('rst\n\ndata: sec'));
    splitter.push(encoder.encode('ond, which is longer than the first\n\nx'));
    expect(structureOf(first ?? new Uint8Array())).toBe('data: first\n\n');
  });

  test('only the first BOM is left out', () => {
    const { events, regions } = read([encoder.encode(`${BOM}data: 1\n\n`), encoder.encode(`${BOM}data: 2\n\n`)]);
    expect(events).toEqual(['1']);
    expect(text(regions.slice(1))).toContain('data: 2');
  });

  test('an event of megabytes in small chunks', () => {
    const whole = `data: ${'字'.repeat(500_000)}\n\n`;
    const bytes = encoder.encode(whole);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 4096) }, (_, i) =>
      bytes.slice(i * 4096, i * 4096 + 4096),
    );
    expect(read(chunks).events).toEqual(expectedEvents(whole));
  });
});

describe('eventData', () => {
  test.each([
    ['data: a\n\n', 'a'],
    ['data:a\n\n', 'a'],
    ['data:  a\n\n', ' a'],
    ['data\n\n', ''],
    ['data:\n\n', ''],
    ['data: a\ndata: b\n\n', 'a\nb'],
    ['event: x\ndata: a\nid: 1\n\n', 'a'],
    ['data: a\r\n\r\n', 'a'],
    [': ping\n\n', undefined],
    ['database: a\n\n', undefined],
    ['\n', undefined],
  ])('%j is %j', (whole, expected) =>
    expect(eventData(whole, 0, whole.length, whole.includes('\r'))).toBe(expected as string),
  );

  test('an event may mix its line ends', () => {
    const whole = 'data: a\rdata: b\n\n';
    expect(eventData(whole, 0, whole.length, true)).toBe('a\nb');
  });
});

test('a CRLF torn at the end of an event goes out with its event, whole', () => {
  const chunks = ['data: [DONE]\r\n\r', '\n'].map((text) => encoder.encode(text));
  const { regions, events } = read(chunks);
  expect(regions.map((region) => Buffer.from(region).toString())).toEqual(['data: [DONE]\r\n\r\n']);
  expect(events).toEqual(['[DONE]']);
});

describe('an event with other data', () => {
  test.each([
    ['data: {"a":1}\n\n', 'data: {"b":2}\n\n'],
    ['event: x\r\nid: 7\r\ndata:{"a":1}\r\n\r\n', 'event: x\r\nid: 7\r\ndata:{"b":2}\r\n\r\n'],
  ])('is otherwise the same: %j', (event, expected) => expect(withData(event, '{"a":1}', '{"b":2}')).toBe(expected));

  test('keeps its fields where the data is of several lines', () => {
    const event = 'event: x\ndata: {"a":\ndata: 1}\nid: 7\n\n';
    expect(withData(event, '{"a":\n1}', '{"b":\n2}')).toBe('event: x\nid: 7\ndata: {"b":\ndata: 2}\n\n');
  });
});
