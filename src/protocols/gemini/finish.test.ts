import { expect, test } from 'bun:test';

import { encodeFinish } from './finish.ts';

test('an end that was told by no word is a stop; by one that nobody knows, another', () => {
  expect(encodeFinish({ reason: 'other', raw: undefined })).toBe('STOP');
  expect(encodeFinish({ reason: 'other', raw: 'tired' })).toBe('OTHER');
});
