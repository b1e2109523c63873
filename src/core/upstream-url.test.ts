import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { Refusal } from './refusal.ts';
import { BaseUrl, fieldName, pathOf, pathSegment, withQueryField } from './upstream-url.ts';

const BASE = 'https://api.example.com/v1/projects/own';

describe('a segment', () => {
  test.each([
    ['gpt-5.1', 'gpt-5.1'],
    ['a/b', 'a%2Fb'],
    ['arn:aws:x/y', 'arn%3Aaws%3Ax%2Fy'],
    ['a?b#c&d=e', 'a%3Fb%23c%26d%3De'],
    ['.hidden', '.hidden'],
    ['...', '...'],
    ['a..b', 'a..b'],
    ['100%', '100%25'],
    ['naïve 模型', 'na%C3%AFve%20%E6%A8%A1%E5%9E%8B'],
  ])('%s is written %s', (name, expected) => expect(pathSegment(name)).toBe(expected));

  test.each([
    '',
    '.',
    '..',
    'a/..',
    '../a',
    'a/./b',
    String.raw`a\..\b`,
    '%2e%2e',
    '.%2E',
    '..%2f..%2fadmin',
    '%252e%252e%252f',
    'a/..;x=1/b',
    'a/ .. /b',
    'a\tb',
    'a\r\nb',
    'a\0b',
    '\ud800',
    `%${'25'.repeat(10)}2e`,
  ])('none is made of %j', (name) => {
    expect(() => pathSegment(name)).toThrow(Refusal);
    expect(() => pathOf(name)).toThrow(Refusal);
  });

  test('whatever a name is, its URL is one segment further than the base, or there is none', () => {
    const piece = fc.constantFrom('..', '.', '/', '\\', '%2e', '%2F', '%', ';', '?', '#', 'a', '@', ':', '\n', 'é', '');
    const name = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(name, (text) => {
        let segment: string;
        try {
          segment = pathSegment(text);
        } catch {
          return;
        }
        const target = `/models/${segment}:run`;
        const url = new URL(BASE + target);
        expect(url.href).toBe(BASE + target);
        expect(url.pathname.split('/')).toHaveLength(6);
        expect(() => new BaseUrl(BASE).prove(target)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the proof', () => {
  const base = new BaseUrl(BASE);

  test.each(['/a', '/a/b:c?x=1&y=%2F..', '/a%2Fb', '/a?b=c?d', "/a?q='"])('lets %s pass', (target) => {
    base.prove(target);
    // Known by now.
    base.prove(target);
  });

  test.each([
    '',
    'a',
    '?a=b',
    '.evil.example/a',
    '@evil.example/a',
    ':8080/a',
    '//evil.example/a/..',
    '/..',
    '/../other',
    '/a/../../b',
    '/a/%2e%2e/b',
    '/a%2f..%2fb',
    String.raw`/a\..\b`,
    String.raw`/\evil.example`,
    '/a#b',
    '/a?b#c',
    '/a b',
    '/a\n',
    '/\t../a',
    '/é',
  ])('does not let %j pass', (target) => {
    expect(() => base.prove(target)).toThrow(Refusal);
    expect(() => base.prove(target)).toThrow(Refusal);
  });

  test('a path of the config stays on the host', () => {
    expect(() => base.proveHost('/../../healthz')).not.toThrow();
    for (const target of ['.evil.example/', '@evil.example/', '/a#b']) {
      expect(() => base.proveHost(target)).toThrow(Refusal);
    }
  });
});

test.each([
  ['/a', '/a?api-version=1'],
  ['/a?', '/a?api-version=1'],
  ['/a?x=1', '/a?x=1&api-version=1'],
  ['/a?api-version=9&x=1&API_Version=8&api%2Dversion=7', '/a?x=1&api-version=1'],
])('%s with a field of its own is %s', (target, expected) =>
  expect(withQueryField(target, 'api-version', '1')).toBe(expected),
);

test.each([
  ['key=1', 'key'],
  ['k%65y', 'key'],
  ['KEY=a=b', 'key'],
  ['access_token=1', 'access-token'],
  ['%24httpMethod=GET', 'httpmethod'],
  ['', ''],
])('the field %s is called %s', (field, expected) => expect(fieldName(field)).toBe(expected));
