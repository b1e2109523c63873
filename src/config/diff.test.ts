import { describe, expect, test } from 'bun:test';
import { diffConfig, formatChange } from './diff.ts';
import { parseConfig } from './load.ts';
import type { Config } from './schema.ts';

const BASE = `
listen: 127.0.0.1:1
proxy_api_key: gateway-key-0001
backends:
  - {name: a, url: "http://a/v1", api_key: sk-old-key-000001, headers: {x-team: secret-header}}
  - {name: b, url: "http://b/v1"}
models:
  gpt:
    routes:
      - {backend: a, model: m/1, weight: 1}
      - {backend: b, model: m2}
`;

function config(text: string): Config {
  return parseConfig(text, { file: 'config.yaml', env: {} }).config;
}

function changes(edit: (text: string) => string): string[] {
  return diffConfig(config(BASE), config(edit(BASE))).map(formatChange);
}

const replace = (from: string, to: string) => (text: string) => text.replace(from, to);
const append = (more: string) => (text: string) => text + more;

describe('what changed is told by key', () => {
  test.each<[string, (text: string) => string, string[]]>([
    ['nothing', (text) => `# a comment\n${text}`, []],
    ['a value', replace(':1\n', ':2\n'), ['listen: "127.0.0.1:1" → "127.0.0.1:2"']],
    ['a value of a backend', replace('http://b/v1', 'http://c/v1'), ['backends.b.url: "http://b/v1" → "http://c/v1"']],
    ['a weight', replace('weight: 1', 'weight: 3'), ['models.gpt.routes[a/m/1].weight: 1 → 3']],
    ['a duration', append('timeout: {read_timeout: 90}\n'), ['timeout.read_timeout: 1m → 1m30s']],
    [
      'a list of values',
      append('detection: {error_codes: [5xx]}\n'),
      ['detection.error_codes: ["429","5xx","401","402","403","404","408"] → ["5xx"]'],
    ],
    ['a new alias', append('  new: {routes: [{backend: a, model: x}]}\n'), ['models.new: added']],
    [
      'a backend less',
      (text) => text.replace(/ {2}- \{name: b.*\n/, '').replace(/ {6}- \{backend: b.*\n/, ''),
      ['backends.b: removed', 'models.gpt.routes[b/m2]: removed'],
    ],
    [
      'a backend in front',
      replace('backends:\n', 'backends:\n  - {name: z, url: "http://z/v1"}\n'),
      ['backends.z: added'],
    ],
    [
      'something that was not set',
      append('rate_limit: {enabled: true, global_rps: 5}\n'),
      ['rate_limit.enabled: false → true', 'rate_limit.global_rps: set to 5'],
    ],
  ])('%s', (_what, edit, expected) => expect(changes(edit)).toEqual(expected));
});

test('hedging is told as it is written', () => {
  const hedged = (text: string) => config(replace('    routes:', `    hedge: ${text}\n    routes:`)(BASE));
  expect(diffConfig(hedged('{}'), hedged('{after: 800ms, at_most: 0.5%}')).map(formatChange)).toEqual([
    'models.gpt.hedge.after: "p95" → 800ms',
    'models.gpt.hedge.at_most: 5% → 0.5%',
  ]);
});

test('secrets and header values are never shown', () => {
  const edit = (text: string): string =>
    text
      .replace('gateway-key-0001', 'gateway-key-0002')
      .replace('sk-old-key-000001', 'sk-new-key-000002')
      .replace('secret-header', 'other-header');
  expect(changes(edit)).toEqual([
    'proxy_api_key: changed (secret)',
    'backends.a.api_key: changed (secret)',
    'backends.a.headers.x-team: changed (secret)',
  ]);
  expect(changes((text) => text.replace('proxy_api_key: gateway-key-0001\n', ''))).toEqual([
    'proxy_api_key: no longer (secret)',
  ]);
});
