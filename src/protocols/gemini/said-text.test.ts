import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { SaidText } from './said-text.ts';

function saidOf(pieces: readonly string[]): SaidText {
  const said = new SaidText();
  for (const piece of pieces) said.push(piece);
  return said;
}

const piece = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constant('wörd 🙂 '.repeat(200)),
  fc.constant('a'.repeat(1500)),
);

test('places in bytes are those in units, whatever pieces the text came in', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.nat(), (pieces, seed) => {
      const text = pieces.join('');
      const said = saidOf(pieces);
      expect(said.length).toBe(text.length);
      const characters = Array.from(text);
      const units = characters.slice(0, characters.length === 0 ? 0 : seed % characters.length).join('').length;
      const bytes = Buffer.byteLength(text.slice(0, units));
      expect([said.bytesAt(units), said.unitsAt(bytes)]).toEqual([bytes, units]);
      expect(said.unitsAt(Buffer.byteLength(text) + 5)).toBe(text.length);
    }),
  );
});

test('words are found where they stand', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.nat(), fc.nat({ max: 3000 }), (pieces, from, length) => {
      const text = pieces.join('');
      const start = text.length === 0 ? 0 : from % text.length;
      const words = text.slice(start, start + length);
      const said = saidOf(pieces);
      expect(said.has(words, start)).toBe(true);
      expect(said.has(`${words}\u0000`, start)).toBe(false);
      expect(said.indexOf(words)).toBe(words === '' ? -1 : text.indexOf(words));
    }),
  );
});

test('it is not searched for ever', () => {
  const said = saidOf(['a'.repeat(100_000)]);
  const found = Array.from({ length: 100 }, () => said.indexOf('aaa'));
  expect([found[0], found.at(-1)]).toEqual([0, -1]);
});
