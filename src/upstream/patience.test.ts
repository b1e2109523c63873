import { expect, test } from 'bun:test';

import { AFTER_FINISH_MS, Patience } from './patience.ts';

test('what says nothing takes from it as long as it was waited for, and no longer', () => {
  const patience = new Patience();
  expect(patience.begins(1000)).toBe(AFTER_FINISH_MS);
  patience.ends(4000, false);
  // However long the client took meanwhile.
  expect(patience.begins(60_000)).toBe(AFTER_FINISH_MS - 3000);
  patience.ends(65_000, false);
  expect(patience.begins(66_000)).toBe(0);
});

test('what says more begins it anew', () => {
  const patience = new Patience();
  patience.begins(0);
  patience.ends(4999, true);
  expect(patience.begins(5000)).toBe(AFTER_FINISH_MS);
});
