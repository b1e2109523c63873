// README.md and README.zh-CN.md: what they show works, and both say the same.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { figureIn } from '../../scripts/operations/sizing.ts';
import { parseConfig } from '../../src/config/load.ts';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { blocksOf, brokenLinks } from './blocks.ts';
import { hasCurl, runBlock } from './example.ts';

const ROOT = join(import.meta.dir, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const english = read('README.md');
const chinese = read('README.zh-CN.md');
const blocks = blocksOf(english);
const texts = (page: string): string[] => blocksOf(page).map(({ text }) => text);

describe('the two languages', () => {
  test('show the same commands and configs', () => expect(texts(chinese)).toEqual(texts(english)));

  test('have the same sections, tables and rows', () => {
    const shape = (page: string): string[] => page.match(/^(?:#+ |\|(?= )|- \*\*)/gm) ?? [];
    expect(shape(chinese)).toEqual(shape(english));
  });

  test('lead to the same pages, in their own language where there is one', () => {
    const targets = (page: string): string[] =>
      [...page.matchAll(/\]\(([^)#]+)/g)].map(([, path = '']) => path.replace('.zh-CN', '')).toSorted();
    expect([...new Set(targets(chinese))]).toEqual([...new Set(targets(english))]);
  });

  test.each([
    ['README.md', english],
    ['README.zh-CN.md', chinese],
  ])('no link of %s leads nowhere', (_name, page) => expect(brokenLinks(page, ROOT)).toEqual([]));
});

test('the ways to start are those of docs/install.md, which are tried', () => {
  const ways = blocks.filter(({ section, language }) => section === 'Start' && language === 'sh').slice(0, 3);
  const install = read('docs/install.md');
  const commands = ways.flatMap(({ text }) => text.trim().split('\n')).map((line) => line.replace(/ +# .*/, ''));
  expect(commands).toHaveLength(4);
  for (const command of commands) expect(install).toContain(`\n${command}\n`);
});

test('docs/install.md leads somewhere, and each way in has a way up, back and out', () => {
  const install = read('docs/install.md');
  expect(brokenLinks(install, join(ROOT, 'docs'))).toEqual([]);
  for (const section of ['Upgrading', 'Rolling back', 'Uninstalling']) {
    const [, text = ''] = install.split(`\n## ${section}\n`);
    const ways = [...(text.split('\n## ')[0] ?? '').matchAll(/^\| (?!way\b)(\w+) +\|/gm)].map(([, way]) => way);
    expect([section, ...ways]).toEqual([section, 'npm', 'script', 'Docker', 'Homebrew', 'source', 'Helm']);
  }
});

describe.each([
  ['README.md', english],
  ['README.zh-CN.md', chinese],
])('the figures of %s', (_name, page) => {
  const measured = read('docs/benchmarks.md');
  const figure = (heading: string, row: string): number => Number(figureIn(measured, heading, row));
  const [, ...rows] =
    /^\|[^|\n]*\| [^|\n]*Bun[^|\n]* \| nginx[^]*?(?=\n\n)/m
      .exec(page)?.[0]
      .split('\n')
      .filter((line) => !line.includes('---'))
      .map((line) => line.split('|').map((cell) => cell.trim())) ?? [];
  // Rows are known by their place because there are two languages.
  const tables = [
    ['CPU time per 1 KB request', 'µs'],
    ['CPU time per 1 MB request', 'µs'],
    ['CPU time per streamed chunk', 'µs'],
    ['Resident memory per open stream', 'KB'],
  ] as const;

  test('of its table are those that were measured; memory is in whole KB', () => {
    expect(rows).toHaveLength(tables.length);
    for (const [index, [heading, unit]] of tables.entries()) {
      const told = (value: number): string => `${unit === 'KB' ? Math.round(value) : value} ${unit}`;
      const written = rows[index]?.slice(2, 6).map((cell) => cell.replace(/\.0(?= )/, ''));
      const portkey = index === 0 ? told(figure(heading, portkeyOf(measured))) : '';
      expect([heading, written]).toEqual([
        heading,
        [...['bare Bun', 'nginx', 'llm-proxy'].map((proxy) => told(figure(heading, proxy))), portkey],
      ]);
    }
  });

  test('of what it does are those of the table, in whole microseconds', () => {
    const line = page.split('\n').find((one) => one.startsWith('- **') && one.includes(' µs'));
    expect([...(line ?? '').matchAll(/([\d.]+) µs/g)].map(([, value]) => Number(value))).toEqual([
      Math.round(figure('CPU time per 1 KB request', 'llm-proxy')),
      Math.round(figure('CPU time per streamed chunk', 'llm-proxy')),
    ]);
  });
});

/** The row of a version that changes. */
function portkeyOf(measured: string): string {
  return /^\| (Portkey [\d.]+) \|/m.exec(measured)?.[1] ?? 'Portkey';
}

test('the targets of make exist', () => {
  const used = [...english.matchAll(/\bmake ([a-z-]+)/g)].map(([, target = '']) => target);
  expect(used.length).toBeGreaterThan(3);
  for (const target of used) expect(read('Makefile')).toMatch(new RegExp(`^${target}:.*## `, 'm'));
});

test('the configs are right, each on top of the first', () => {
  const [whole = '', ...parts] = blocks.filter(({ language }) => language === 'yaml').map(({ text }) => text);
  const names = [...`${whole}${parts.join('')}`.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
  const env = Object.fromEntries(names.map((name) => [name, `what-is-in-${name}`]));
  expect(parts.length).toBeGreaterThan(0);
  for (const part of ['', ...parts]) {
    const readSecret = (path: string): string => `what-is-in-${path}`;
    expect(() => parseConfig(`${whole}${part}`, { file: 'README.md', env, readSecret })).not.toThrow();
  }
});

describe('against the demo', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway({
      config: {
        backends: [{ name: 'demo', url: 'demo:' }],
        models: {
          demo: { routes: [{ backend: 'demo', model: 'demo' }] },
          'demo-failover': {
            routes: [
              { backend: 'demo', model: 'demo-fail-503', priority: 1 },
              { backend: 'demo', model: 'demo', priority: 2 },
            ],
          },
        },
      },
    });
  });

  afterAll(() => gateway.stop());

  const examples = blocks.filter(({ text }) => /^curl http:/m.test(text));
  test('there are examples', () => expect(examples).toHaveLength(2));

  test.skipIf(!hasCurl).each(examples.map((block) => [block.line, block] as const))(
    'the curl commands of line %d are answered',
    async (_line, block) => {
      const printed = await runBlock(block, blocks, { url: gateway.url, key: '' });
      expect(printed.split('You said: ').length - 1).toBe(block.text.split('curl ').length - 1);
    },
  );

  test('demo-failover is served at the second attempt', async () => {
    const body = { model: 'demo-failover', messages: [{ role: 'user', content: 'Hello' }] };
    const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
    await answer.whole();
    expect([answer.status, answer.headers['x-llm-proxy-attempts']]).toEqual([200, '2']);
  });
});
