import { expect, test } from 'bun:test';
import { terminalOf } from './terminal.ts';

test.each([
  [true, {}, 'color'],
  [false, {}, 'none'],
  [undefined, { TERM: 'xterm' }, 'none'],
  [true, { TERM: 'dumb' }, 'plain'],
  [false, { TERM: 'dumb' }, 'plain'],
  [true, { NO_COLOR: '1' }, 'plain'],
  [true, { NO_COLOR: '' }, 'color'],
  [false, { NO_COLOR: '1' }, 'none'],
  [false, { FORCE_COLOR: '1' }, 'color'],
  [false, { CLICOLOR_FORCE: '1' }, 'color'],
  [true, { TERM: 'dumb', FORCE_COLOR: '1' }, 'color'],
  [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, 'plain'],
  [true, { FORCE_COLOR: '0' }, 'plain'],
  [false, { FORCE_COLOR: 'false', CLICOLOR_FORCE: '0' }, 'none'],
  [true, { CLICOLOR: '0' }, 'plain'],
  [true, { CLICOLOR: '1' }, 'color'],
] as const)('a stream that is a terminal: %p, with %j: %s', (isTTY, env, expected) => {
  expect(terminalOf(isTTY === undefined ? {} : { isTTY }, env)).toBe(expected);
});
