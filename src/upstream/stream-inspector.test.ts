import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { chatEvents, sseText } from '../../test/kit/replies.ts';
import type { Attempt } from '../core/attempt.ts';
import { DEFAULT_WORK } from '../core/work.ts';
import { protocolOf } from '../protocols/registry.ts';
import { StreamInspector } from './stream-inspector.ts';

/** What an inspector reads and writes of an attempt. */
function attempt(): Attempt {
  return { exchange: {}, keptId: undefined, droppedEvents: 0 } as unknown as Attempt;
}

/** Inspects a stream that comes in these chunks. */
function inspect(chunks: readonly Uint8Array[]) {
  const of = attempt();
  const inspector = new StreamInspector(protocolOf('openai-chat'), of, undefined, { limits: DEFAULT_WORK });
  const out: Uint8Array[] = [];
  for (const chunk of chunks) out.push(Uint8Array.from(inspector.push(chunk)));
  const { state, seen, usage, finished } = inspector;
  return { out: Buffer.concat(out).toString(), state, seen, usage, finished, dropped: of.droppedEvents };
}

const word = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.constantFrom(' word', '"quoted"', 'a\nb', '字', 'data: ', '\\'),
);
const between = fc.constantFrom('', ': a comment\n\n', ': half a comment\n', 'id: 7\n', '\n');
const lineEnd = fc.constantFrom('\n', '\n', '\r\n');

test('events of more text pass as they came, however they were cut, and are told from all others', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, between), { minLength: 2, maxLength: 12 }),
      lineEnd,
      fc.array(fc.nat({ max: 400 }), { maxLength: 8 }),
      (told, end, cuts) => {
        const events = sseText(
          chatEvents(
            told.map(([text]) => text),
            { usage: true },
          ),
        ).split(/(?<=\n\n)/);
        const text = events.map((event, at) => (told[at]?.[1] ?? '') + event).join('');
        const bytes = Buffer.from(text.replaceAll('\n', end));
        const chunks: Uint8Array[] = [];
        let from = 0;
        for (const cut of [...cuts, bytes.length]) {
          chunks.push(bytes.subarray(from, from + cut));
          from += cut;
        }
        const whole = inspect([bytes]);
        expect(whole).toMatchObject({ out: bytes.toString(), state: 'complete', seen: told.length + 4, dropped: 0 });
        expect(whole.usage?.completionTokens).toBe(told.length);
        expect(inspect(chunks)).toEqual(whole);
      },
    ),
  );
});

test('what waits for the rest of its event goes out before what comes after', () => {
  const [begin = '', one = '', two = ''] = sseText(chatEvents(' one two')).split(/(?<=\n\n)/);
  const chunks = [begin, one, ': half a comm', two].map((text) => Buffer.from(text));
  expect(inspect(chunks).out).toBe(Buffer.concat(chunks).toString());
});
