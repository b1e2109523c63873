import { expect, test } from 'bun:test';
import { fillIn, MalformedVariable, parseVariables, variablesOf } from './variables.ts';

test('a text is taken apart into what stays and variables, each with where it stands', () => {
  expect(parseVariables('a $${b} ${C:-d${E}}')).toEqual([
    'a ',
    '${',
    'b} ',
    {
      name: 'C',
      fallback: ['d', { name: 'E', fallback: undefined, written: '${E}', offset: 14 }],
      written: '${C:-d${E}}',
      offset: 8,
    },
  ]);
});

test('all variables are found, those in defaults behind the one that they are for', () => {
  const names = Array.from(variablesOf(parseVariables('${A:-${B:-${C}}} ${D}')), ({ name }) => name);
  expect(names).toEqual(['A', 'B', 'C', 'D']);
});

test('what is no text stays a piece of its own, and stands where a default would', () => {
  const pieces = fillIn<number>(parseVariables('a${EMPTY:-b}c${ONE:-d}${EMPTY}${NONE}e'), {
    valueOf: ({ name }) => (name === 'ONE' ? 1 : name === 'EMPTY' ? '' : undefined),
    unset: ({ written }) => `<${written}>`,
  });
  expect(pieces).toEqual(['abc', 1, '<${NONE}>e']);
});

test.each(['${', '${A', '${A B}', '${A:-', '${A:-${B}', '${1}'])('%s is malformed, or stays', (text) => {
  expect(() => parseVariables(text)).toThrow(MalformedVariable);
  const pieces = fillIn(parseVariables(text, true), { valueOf: ({ name }) => name, unset: () => '' });
  expect(pieces.join('')).toBe(text.replace('${B}', 'B'));
});

test('many that are not closed take time that grows with their number', () => {
  const text = '${A:-'.repeat(200_000);
  expect(fillIn(parseVariables(text, true), { valueOf: () => '', unset: () => '' })).toEqual([text]);
});
