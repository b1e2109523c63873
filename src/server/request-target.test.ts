import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { targetOf } from './request-target.ts';

test('what Bun could not make a URL of has the same path as what it could', () => {
  for (const target of [
    '/a/b?c=/d',
    '/x/../a',
    '/x/%2e%2E/a',
    '/a%zz',
    '/a"b',
    '/x\\..\\a',
    '/',
    '/?',
    '//a/b',
    '/.//a',
    '/a?b?c',
  ])
    expect(targetOf(target)).toEqual(targetOf(new URL(`http://host${target}`).href));
});

test('no target is taken for a host', () => {
  fc.assert(
    fc.property(fc.webPath(), (path) => {
      const target = `/first${path}`;
      expect(targetOf(target)?.path.startsWith('/first')).toBe(true);
      expect(targetOf(`/${target}`)?.path.startsWith('//first')).toBe(true);
      expect(targetOf(`http://host${target}`)?.path.startsWith('/first')).toBe(true);
    }),
  );
});

test('a fragment, and what has no path, are none', () => {
  for (const url of ['/a#b', 'http://host/a#', 'evil:443', '', '*', '/a?b#c']) expect(targetOf(url)).toBeUndefined();
});
