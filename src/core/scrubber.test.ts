import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { Scrubber } from './scrubber.ts';

const KEY = 'sk-proj-4f9bQ/2+xY=8"ZkLmN';
const PEM = `-----BEGIN PRIVATE KEY-----\n${'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9w\n'.repeat(2)}-----END PRIVATE KEY-----\n`;

const scrubber = (secrets: string[], sources: (() => readonly string[])[] = []) => new Scrubber(secrets, sources);

function scrubbed(text: string, secrets: string[]): string {
  const bytes = Buffer.from(text);
  scrubber(secrets).scrub(bytes);
  const result = bytes.toString();
  expect(scrubber(secrets).scrubText(text)).toBe(result);
  expect(scrubber(secrets).isIn(text)).toBe(result !== text);
  return result;
}

describe('a secret is replaced', () => {
  test.each([
    ['as it is', KEY],
    ['in JSON', JSON.stringify(KEY).slice(1, -1)],
    [
      'in JSON with escaped slashes',
      JSON.stringify(KEY)
        .slice(1, -1)
        .replaceAll('/', String.raw`\/`),
    ],
    ['in a URL', encodeURIComponent(KEY)],
    ['in a URL in lower case', encodeURIComponent(KEY).replaceAll(/%../g, (found) => found.toLowerCase())],
    ['in a form', new URLSearchParams({ '': KEY }).toString().slice(1)],
    ['in a page', KEY.replaceAll('"', '&quot;')],
  ])('%s', (_how, form) => {
    expect(scrubbed(`before ${form} behind`, [KEY])).toBe(`before ${'*'.repeat(form.length)} behind`);
  });

  test.each(['', 'u', 'us', 'use', 'user:'])('in Base64 behind %j', (before) => {
    const text = Buffer.from(`${before}${KEY}:x`).toString('base64');
    const result = scrubbed(text, [KEY]);
    expect(result).toHaveLength(text.length);
    // No more of it is left than the ends, which depend on what stands beside.
    expect(result.replaceAll('*', '').length).toBeLessThanOrEqual(16);
  });

  test('in PEM, line by line', () => {
    const result = scrubbed(JSON.stringify({ private_key: PEM }), [PEM]);
    expect(result).not.toContain('QUJDREVG');
    expect(result).toContain('-----BEGIN PRIVATE KEY-----');
  });

  test('with its neighbour that begins inside it', () => {
    expect(scrubbed('..secret-oneone-two..', ['secret-one', 'oneone-two'])).toBe(`..${'*'.repeat(17)}..`);
  });
});

test.each([
  ['too short', 'short'],
  ['a word that documentation has for servers without keys', 'ollama'],
])('what is %s is none', (_why, word) => {
  expect(scrubbed(`${word} and ${word}`, [word, KEY])).toBe(`${word} and ${word}`);
});

test('secrets that come and go are known while they are there', () => {
  let tokens: readonly string[] = [];
  const scrubs = scrubber([], [() => tokens]);
  expect(scrubs.scrubText('ya29.first-token')).toBe('ya29.first-token');
  tokens = ['ya29.first-token'];
  expect(scrubs.scrubText('ya29.first-token')).toBe('*'.repeat(16));
  tokens = ['ya29.second-one'];
  expect(scrubs.scrubText('ya29.second-one')).toBe('*'.repeat(15));
});

describe('in pieces', () => {
  const text = `a${KEY}b sk-proj-other ${KEY}${KEY} sk-pr`;
  const whole = Buffer.from(scrubbed(text, [KEY]));

  test('a secret that is split anywhere is replaced, and nothing else is lost', () => {
    const cuts = fc.array(fc.nat({ max: text.length }), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, (at) => {
        const pieces = scrubber([KEY]).pieces();
        const ends = [...at.toSorted((a, b) => a - b), text.length];
        const out: Uint8Array[] = [];
        let from = 0;
        for (const end of ends) {
          out.push(Buffer.from(pieces.push(Buffer.from(text.slice(from, end)))));
          from = end;
        }
        out.push(pieces.end() ?? new Uint8Array(0));
        expect(Buffer.concat(out).toString()).toBe(whole.toString());
      }),
      { numRuns: 1000 },
    );
  });

  test('as much is held back whatever it is: a pause tells nothing of a secret', () => {
    const lengthsOf = (texts: readonly string[]): number[] => {
      const pieces = scrubber([KEY]).pieces();
      return texts.map((each) => pieces.push(Buffer.from(each)).length);
    };
    const lengths = lengthsOf(['x'.repeat(100), `${'x'.repeat(95)}sk-pr`]);
    expect(lengths).toEqual(lengthsOf(['x'.repeat(100), 'x'.repeat(100)]));
    expect(lengths[1]).toBe(100);
  });
});
