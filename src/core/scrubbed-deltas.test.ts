import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { ScrubbedDeltas } from './scrubbed-deltas.ts';
import { Scrubber } from './scrubber.ts';

const KEY = 'sk-proj-4f9bQ/2xY8ZkLmN';
const OTHER = 'another-secret-of-the-gateway';
const scrubber = new Scrubber([KEY, OTHER], []);

const event = (text: string, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ delta: { content: text }, ...more }] })}\n\n`;

/** What goes out for each of these events, and at the end. */
function outOf(events: readonly string[]): { out: string[]; end: string } {
  const deltas = new ScrubbedDeltas(scrubber, ['content', 'arguments']);
  const out = events.map((each) => Buffer.from(deltas.push(Buffer.from(each))).toString());
  return { out, end: Buffer.from(deltas.end() ?? []).toString() };
}

function textIn(stream: string): string {
  return Array.from(
    stream.matchAll(/"content":\s?"((?:[^"\\]|\\.)*)"/g),
    ([, text = '']) => JSON.parse(`"${text}"`) as string,
  ).join('');
}

test('events without a secret go out at once, as they are', () => {
  const events = ['The ', 'quick ', 's', 'sk', ' task', '', '"quoted"', 'sk-', 'x'].map((text) => event(text));
  expect(outOf(events)).toEqual({ out: events, end: '' });
});

test('an event that ends in the beginning of a secret waits for the next', () => {
  const events = ['see sk-pro', 'ject', 'ive'].map((text) => event(text));
  expect(outOf(events)).toEqual({ out: ['', `${events[0]}${events[1]}`, events[2]!], end: '' });
});

test('what waits at the end goes out', () => {
  const events = [event('see sk-proj-'), 'data: [DONE]\n\n'];
  expect(outOf(events)).toEqual({ out: ['', events.join('')], end: '' });
  expect(outOf(events.slice(0, 1))).toEqual({ out: [''], end: events[0]! });
});

test('texts of other fields are other texts', () => {
  const events = [event('sk-proj-'), `data: {"arguments":"4f9bQ/2xY8ZkLmN"}\n\n`, event('4f9bQ')];
  const { out, end } = outOf(events);
  expect(out.join('') + end).toBe(events.join(''));
});

test('a secret that is no text is replaced, too', () => {
  const events = [`data: {"error":{"message":"${KEY}"}}\n\n`];
  expect(outOf(events).out).toEqual([events[0]!.replace(KEY, '*'.repeat(KEY.length))]);
});

describe('a secret in any pieces, any number of events at once, is replaced', () => {
  const text = `a ${KEY} b ${OTHER}${KEY}, c sk-proj another-secre`;
  const expected = text
    .replaceAll(KEY, (found) => '*'.repeat(found.length))
    .replaceAll(OTHER, (found) => '*'.repeat(found.length));

  test.each([
    ['compact', (json: string) => json],
    ['as Python writes it', (json: string) => json.replaceAll('":', '": ')],
  ])('%s', (_how, written) => {
    const cuts = fc.array(fc.nat({ max: text.length }), { maxLength: 30 });
    const joins = fc.array(fc.boolean(), { minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(cuts, joins, (at, joined) => {
        const ends = [...at.toSorted((a, b) => a - b), text.length];
        const regions: string[] = [];
        let from = 0;
        for (const [index, end] of ends.entries()) {
          const each = written(event(text.slice(from, end)));
          from = end;
          if (joined[index] === true && regions.length > 0) regions[regions.length - 1] += each;
          else regions.push(each);
        }
        const { out, end } = outOf(regions);
        const got = textIn(out.join('') + end);
        expect(got).toHaveLength(text.length);
        // Up to three letters of a secret may have gone out before it was known for one.
        for (let at = 0; at < got.length; at++) if (got[at] !== expected[at]) expect(got[at]).toBe(text[at]);
        for (const secret of [KEY, OTHER]) {
          for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + 1)) {
            expect(got.slice(at + 3, at + secret.length)).toMatch(/^\*+$/);
          }
        }
        for (let at = 0; at < got.length; at++) if (expected[at] !== '*') expect(got[at]).toBe(expected[at]);
      }),
      { numRuns: 500 },
    );
  });
});
