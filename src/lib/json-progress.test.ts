import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { JsonProgress } from './json-progress.ts';

function isClosed(...pieces: readonly string[]): boolean {
  const progress = new JsonProgress();
  for (const piece of pieces) progress.push(piece);
  return progress.isClosed;
}

test.each([
  [['{}'], true],
  [['{', '}'], true],
  [[' {"a":', '"}"', '} \n'], true],
  [['{"a":"\\', '"}'], false],
  [['{"a":"\\\\', '"}'], true],
  [['{"a":{}'], false],
  [['{}{'], false],
  [['{}', '{}'], false],
  [['{}', ' '], true],
  [['}'], false],
  [['[]'], false],
  [[''], false],
])('%j is closed: %p', (pieces, closed) => expect(isClosed(...pieces)).toBe(closed));

test('an object is closed at its last brace and not before, however it was cut', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.nat({ max: 9 })), (object, lengths) => {
      const text = JSON.stringify(object);
      const progress = new JsonProgress();
      let at = 0;
      for (const length of [...lengths, text.length]) {
        progress.push(text.slice(at, at + length));
        at = Math.min(text.length, at + length);
        expect(progress.isClosed).toBe(at === text.length);
      }
    }),
  );
});
