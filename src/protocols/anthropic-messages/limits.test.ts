import { expect, test } from 'bun:test';
import { limitHeaders, readLimits } from './limits.ts';

test('what is written is read again', () => {
  const limits = {
    requests: { limit: 50, remaining: 49, resetMs: 60_000 },
    tokens: { limit: 1000, remaining: 0, resetMs: 1500 },
  };
  const headers = limitHeaders(limits);
  expect(headers['anthropic-ratelimit-requests-limit']).toBe('50');
  expect(headers['anthropic-ratelimit-tokens-reset']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const read = readLimits(new Headers(headers));
  expect(read?.requests).toMatchObject({ limit: 50, remaining: 49 });
  // Up to the next full second.
  expect(read?.requests?.resetMs).toBeGreaterThan(59_000);
  expect(read?.requests?.resetMs).toBeLessThan(61_100);
});

test('tokens of one side stand for all where the total is not told', () =>
  expect(readLimits(new Headers({ 'anthropic-ratelimit-input-tokens-remaining': '7' }))).toEqual({
    requests: undefined,
    tokens: { limit: undefined, remaining: 7, resetMs: undefined },
  }));

test('no headers, no limits', () => expect(readLimits(new Headers({ 'x-other': '1' }))).toBeUndefined());

test('a time that is none is not known', () =>
  expect(
    readLimits(new Headers({ 'anthropic-ratelimit-requests-limit': '1', 'anthropic-ratelimit-requests-reset': 'soon' }))
      ?.requests?.resetMs,
  ).toBeUndefined());
