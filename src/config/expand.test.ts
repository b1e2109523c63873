import { expect, test } from 'bun:test';
import { expand } from './expand.ts';

const env = { HOST: 'example.com', PORT: '80', EMPTY: '' };

test.each([
  ['plain', 'plain', false],
  ['', '', false],
  ['${HOST}', 'example.com', true],
  ['http://${HOST}:${PORT}/', 'http://example.com:80/', false],
  ['${NONE:-x}', 'x', true],
  ['${NONE:-}', '', true],
  ['${EMPTY}', '', true],
  ['${EMPTY:-x}', 'x', true],
  ['${HOST:-${NONE}}', 'example.com', true],
  ['${NONE:-${HOST}:1}', 'example.com:1', true],
  ['${NONE:-${NONE2:-deep}}', 'deep', true],
  ['$${HOST}', '${HOST}', false],
  ['a$${b', 'a${b', false],
  ['${NONE:-$${x}', '${x', true],
  ['$HOST $ $$ }', '$HOST $ $$ }', false],
])('%p becomes %p', (text, expected, whole) => {
  expect(expand(text, env)).toEqual({ text: expected, whole });
});

test.each(
  [
    ['${NONE}', 'the environment variable NONE is not set (set it, or write ${NONE:-default})'],
    ['${constructor}', 'the environment variable constructor is not set'],
    ['${NONE:-${ALSO}}', 'the environment variable ALSO is not set'],
    ['${}', 'has a "${" that names no variable'],
    ['${A B}', 'has a "${" that names no variable'],
    ['${HOST', 'has a "${" that names no variable'],
    ['${HOST:-x', 'has a "${" without its "}"'],
    ['${A:-'.repeat(100_000), 'nested more than 10 deep'],
  ].map(([text = '', problem = '']) => ({ name: text.slice(0, 60), text, problem })),
)('$name is refused', ({ text, problem }) => {
  expect(expand(text, env)).toEqual({ problem: expect.stringContaining(problem) });
});
