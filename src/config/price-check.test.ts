import { describe, expect, test } from 'bun:test';
import { ConfigError } from './problem.ts';
import { parseConfig } from './load.ts';
import type { Config } from './schema.ts';

const BACKENDS =
  'backends:\n  - {name: west, vendor: openai, api_key: k-12345678}\n  - {name: own, url: "http://own:1"}\n';

function parsed(prices: string): Config {
  return parseConfig(`listen: 127.0.0.1:1\n${BACKENDS}prices:\n${prices}`, { file: 'c.yaml', env: {} }).config;
}

function problems(prices: string): string[] {
  try {
    parsed(prices);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ line, path, message }) => `${line} ${path}: ${message}`);
  }
}

describe('prices', () => {
  test('are decimal text afterwards, exactly as they were written', () => {
    const { prices } = parsed(
      '  west/gpt-5: {input: 1.25, output: "10", cache_read: 1e-1, batch: 0.5, tools: {web_search: 0.01}}\n' +
        '  own/*: {input: 0, output: 0}\n',
    );
    expect(prices).toEqual({
      'west/gpt-5': { input: '1.25', output: '10', cache_read: '0.1', batch: '0.5', tools: { web_search: '0.01' } },
      'own/*': { input: '0', output: '0' },
    });
  });

  test('may be by backend, vendor or pattern', () => {
    expect(
      problems('  west/a: {input: 1}\n  openai/a: {input: 1}\n  openai/*: {input: 1}\n  "*/b": {input: 1}\n'),
    ).toEqual([]);
  });

  test.each([
    ['  gpt-5: {input: 1}', /^6 prices\.gpt-5: names no model of a backend or a vendor \(write backend\/model, /],
    ['  west/: {input: 1}', /names no model/],
    ['  wset/gpt-5: {input: 1}', /unknown backend or vendor "wset" \(did you mean "west"\?/],
    ['  west/a: {}', /says no price \(set input and output, or like\)/],
    ['  west/a: {from: 2026-01-01}', /says no price/],
    ['  west/a: {like: openai/gpt-5, input: 1}', /has a price of its own beside like \(remove input or like\)/],
    [
      '  west/a: {input: -1}',
      /prices\.west\/a\.input: cannot be -1 \(USD per million tokens such as 1\.25, with at most 6 /,
    ],
    ['  west/a: {input: 0.0000001}', /with at most 6 decimal places and below 1000000\)/],
    ['  west/a: {input: 1e309}', /prices\.west\/a\.input: cannot be/],
    ['  west/a: {input: 1000000}', /below 1000000/],
    ['  west/a: {input: free}', /cannot be "free"/],
    ['  west/a: {inptu: 1}', /unknown key "inptu" \(did you mean "input"\?/],
    ['  west/a: {input: 1, tools: {web_search: -1}}', /tools\.web_search: cannot be -1/],
    ['  west/a: {input: 1, above: [{tokens: 0, input: 2}]}', /above\[0\]\.tokens/],
    ['  west/a: {input: 1, changes: [{input: 2}]}', /changes\[0\]\.from/],
    [
      '  west/a: {input: 1, changes: [{from: 2026-02-01, input: 2}, {from: 2026-01-01, input: 3}]}',
      /changes\[1\]\.from: is not later than what comes before it/,
    ],
    [
      '  west/a: {input: 1, from: 2026-02-01, changes: [{from: 2026-01-01, input: 2}]}',
      /changes\[0\]\.from: is not later/,
    ],
  ])('%s', (text, message) => {
    expect(problems(`${text}\n`)).toEqual([expect.stringMatching(message) as never]);
  });

  test('two names that are equally exact, and can mean the same, are an error', () => {
    expect(problems('  west/gpt-*: {input: 1}\n  west/*-5.67: {input: 1}\n')).toEqual([]);
    expect(problems('  west/gpt-*: {input: 1}\n  west/*gpt5: {input: 1}\n')).toEqual([
      expect.stringContaining('prices.west/*gpt5: is as exact as "west/gpt-*"') as never,
    ]);
    expect(problems('  west/gpt-*: {input: 1}\n  own/ggpt-*: {input: 1}\n')).toEqual([]);
  });
});

test('a multiplier is a decimal, too', () => {
  const config = (text: string) =>
    parseConfig(`listen: 127.0.0.1:1\nbackends: [{name: a, url: "demo:", price_multiplier: ${text}}]`, {
      file: 'c.yaml',
      env: {},
    }).config.backends[0]?.price_multiplier;
  expect(config('0.85')).toBe('0.85');
  expect(config('1.10')).toBe('1.1');
  expect(() => config('-1')).toThrow(ConfigError);
});
