import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { ScrubbedDeltas } from './scrubbed-deltas.ts';
import { Scrubber } from './scrubber.ts';

const KEY = 'sk-proj-4f9bQ/2xY8ZkLmN';
const OTHER = 'another-secret-of-the-gateway';
const scrubber = new Scrubber([KEY, OTHER], []);

const event = (text: string, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ delta: { content: text }, ...more }] })}\n\n`;

/** What goes out for each of these events. */
function outOf(events: readonly string[]): string[] {
  const deltas = new ScrubbedDeltas(scrubber, ['content', 'arguments']);
  return events.map((each) => {
    const bytes = Buffer.from(each);
    deltas.push(bytes);
    return bytes.toString();
  });
}

function textIn(stream: string): string {
  return Array.from(
    stream.matchAll(/"content":\s?"((?:[^"\\]|\\.)*)"/g),
    ([, text = '']) => JSON.parse(`"${text}"`) as string,
  ).join('');
}

test('events without a secret are as they were', () => {
  const events = ['The ', 'quick ', 's', 'sk', ' task', '', '"quoted"', 'sk-', 'x'].map((text) => event(text));
  expect(outOf(events)).toEqual(events);
});

test('of a secret in several events, what completes it is covered', () => {
  const events = ['see sk-proj-4f9b', 'Q/2xY8', 'ZkLmN, ok'].map((text) => event(text));
  expect(outOf(events)).toEqual([events[0]!, events[1]!, event('*****, ok')]);
});

test('texts of other fields are other texts, and each goes on', () => {
  const other = `data: {"arguments":"4f9bQ/2xY8ZkLmN"}\n\n`;
  const events = [event('sk-proj-'), other, event('4f9bQ/2xY8ZkLmN')];
  expect(outOf(events)).toEqual([events[0]!, other, event('***************')]);
});

test('a secret that is no text is replaced, too', () => {
  const events = [`data: {"error":{"message":"${KEY}"}}\n\n`];
  expect(outOf(events)).toEqual([events[0]!.replace(KEY, '*'.repeat(KEY.length))]);
});

describe('a secret in any pieces, any number of events at once, never goes out whole', () => {
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
        const got = textIn(outOf(regions).join(''));
        expect(got).toHaveLength(text.length);
        for (const secret of [KEY, OTHER]) expect(got).not.toContain(secret);
        for (let at = 0; at < got.length; at++) {
          // What is no secret stays; of one, nothing but stars is put in.
          if (expected[at] !== '*' || got[at] !== '*') expect(got[at]).toBe(text[at]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
