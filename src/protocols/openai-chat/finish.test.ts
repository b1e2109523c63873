import { expect, test } from 'bun:test';

import { encodeFinish } from './finish.ts';

const calls = { calls: true, refusal: false };
const none = { calls: false, refusal: false };

test.each(['stop', 'other', 'stop_sequence', 'tool_calls'] as const)(
  'an end of %s with calls is that of calls',
  (reason) => expect(encodeFinish({ reason, raw: undefined }, calls)).toBe('tool_calls'),
);

test.each(['length', 'content_filter'] as const)('one of %s is not: the last call may not be whole', (reason) =>
  expect(encodeFinish({ reason, raw: undefined }, calls)).toBe(reason),
);

test('without calls, what is no other end is a stop', () => {
  for (const reason of ['stop', 'other', 'pause', 'stop_sequence'] as const)
    expect(encodeFinish({ reason, raw: undefined }, none)).toBe('stop');
});
