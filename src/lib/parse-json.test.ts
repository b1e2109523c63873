import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parseJson } from './parse-json.ts';

const LONG = 'iVBORw0KGgo'.repeat(6000);

/** What comes of a text: its value, or the error. */
function outcome(parse: (text: string) => unknown, text: string): unknown {
  try {
    return { value: parse(text) };
  } catch (error) {
    return { error: String(error) };
  }
}

test.each([
  ['a long string alone', JSON.stringify(LONG)],
  ['within lists and objects', JSON.stringify({ a: [1, { b: LONG }, LONG, 'x'], c: LONG, d: null })],
  ['beside others of all lengths', JSON.stringify({ a: 'x'.repeat(20_000), b: LONG, c: 'y'.repeat(32_768) })],
  ['one with escapes', JSON.stringify({ a: `${LONG}"${LONG}\n${LONG}\\`, b: LONG })],
  ['one with characters beyond Latin-1', JSON.stringify({ a: `${LONG}…${LONG}`, b: LONG })],
  ['as the name of a member', JSON.stringify({ [LONG]: LONG, b: 1 })],
  ['as __proto__', `{"__proto__":"${LONG}","b":{"__proto__":"${LONG}"}}`],
  ['in a member that comes twice', `{"a":"${LONG}","a":"${LONG}","b":1}`],
  ['in a member that another takes the place of', `{"a":"${LONG}","a":2}`],
  ['in an object that another takes the place of', `{"a":{"b":"${LONG}"},"a":"${LONG}"}`],
  ['a control character in it', `{"a":"${LONG}\n${LONG}"}`],
  ['a NUL in it', `{"a":"${LONG}\0"}`],
  ['an escape that is none', `{"a":"${LONG}\\x${LONG}"}`],
  ['no end', `{"a":"${LONG}`],
  ['outside of strings', `{"a":"b"${LONG}"c":1}`],
  ['between two strings', `{"a":"b",${LONG},"c":1}`],
  ['a long word', `{"a":"b","c":${LONG}}`],
  ['a quote that does not open', `{"a":"\\\\"${LONG}"}`],
  ['an escaped quote before it', `{"a":"\\"${LONG}"}`],
  ['two escaped backslashes before it', `{"a":"\\\\\\"${LONG}"}`],
  ['something behind it', `{"a":"${LONG}"} x`],
  ['nothing long', '{"a":[1,2,{"b":"c"}]}'],
  ['nothing', ''],
])('%s: as JSON.parse has it', (_what, text) => {
  expect(outcome(parseJson, text)).toEqual(outcome(JSON.parse, text));
});

test('text with any quotes, backslashes and runs: as JSON.parse has it', () => {
  const piece = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom('"', '\\', ',', ':', '{', '}', '[', ']', '"a":', '\n', ' ', 'é', '€', '\\"'),
    },
    { weight: 1, arbitrary: fc.nat(40_000).map((length) => 'A'.repeat(length)) },
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = `{"a":"${pieces.join('')}"}`;
      expect(outcome(parseJson, text)).toEqual(outcome(JSON.parse, text));
    }),
    { numRuns: 300 },
  );
});

test('values with long strings come back as they were', () => {
  const long = fc.nat(90_000).map((length) => 'AbC+/'.repeat(length / 5));
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      long,
      fc.string(),
      fc.integer(),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('any'), { maxKeys: 4 }),
    ),
  })).any;
  fc.assert(
    fc.property(value, (given) => {
      const text = JSON.stringify(given);
      expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
    }),
    { numRuns: 200 },
  );
});
