import { afterAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../test/kit/run-command.ts';
import { builtInTable } from '../../pricing/price-table.ts';
import { tableIn } from '../../pricing/table-in.ts';
import { UsageError } from '../command.ts';
import { prices } from './prices.ts';

const folder = mkdtempSync(join(tmpdir(), 'llm-proxy-prices-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CONFIG = `listen: 127.0.0.1:1
backends:
  - {name: openai, vendor: openai, api_key: k-12345678, price_multiplier: 0.9}
  - {name: own, url: "http://own.example:1"}
prices:
  own/free-*: {input: 0, output: 0}
  own/later: {like: azure/eu/gpt-5}
models:
  good: {routes: [{backend: openai, model: gpt-5}, {backend: own, model: free-llama}]}
  bad: {routes: [{backend: own, model: llama}, {backend: openai, model: gpt-99, enabled: false}]}
  gpt-*: {routes: [{backend: openai, model: "gpt-*"}], list: [gpt-5, gpt-99]}
  any/*: {routes: [{backend: openai, model: "*"}]}
  off: {enabled: false, routes: [{backend: own, model: llama}]}
`;

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function table(date: string, models: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ format: 1, date, sources: [], vendors: { openai: { models } } });
}

describe('prices check', () => {
  test('lists the routes without a price, and fails', async () => {
    const path = file('config.yaml', CONFIG);
    expect(await runCommand(prices, ['check', '-c', path])).toEqual({
      code: 1,
      out: [
        'bad: own/llama has no price',
        'gpt-*: openai/gpt-99 has no price',
        'any/*: openai/* depends on the name that is asked for (its `list` names none)',
        `${path}: 3 of 5 routes have a price`,
        expect.stringContaining('Set prices under `prices`') as never,
      ],
      err: [],
    });
  });

  test('is content where all have one', async () => {
    const path = file('priced.yaml', CONFIG.replace('own/free-*', 'own/*').replace(', gpt-99]', ']'));
    const { code, out } = await runCommand(prices, ['check', '-c', path]);
    expect([code, out.at(-1)]).toEqual([0, `${path}: 4 of 4 routes have a price`]);
  });

  test('says what is wrong with a config', async () => {
    const { code, err } = await runCommand(prices, ['check', '-c', file('wrong.yaml', 'prices: {a: {input: 1}}')]);
    expect([code, err]).toEqual([1, [expect.stringContaining('prices.a: names no model') as never]]);
  });
});

describe('prices show', () => {
  test('the routes of an alias', async () => {
    const { code, out } = await runCommand(prices, ['show', 'good', '-c', file('config.yaml', CONFIG)]);
    expect(code).toBe(0);
    expect(out).toContain('  USD per million tokens: input 1.25, output 10, cache_read 0.125');
    expect(out).toContain('  all of it times 0.9');
    expect(out).toContain('own/free-llama: own/free-* of the config');
    expect(out).toContain('  USD per million tokens: input 0, output 0');
  });

  test('a backend of the config, and what it is like', async () => {
    const path = file('config.yaml', CONFIG);
    expect((await runCommand(prices, ['show', 'own/later', '-c', path])).out[0]).toBe(
      'own/later: azure/eu/gpt-5 of the config',
    );
    expect(await runCommand(prices, ['show', 'own/nothing', '-c', path])).toEqual({
      code: 1,
      out: ['own/nothing: no price'],
      err: [],
    });
  });

  test('a model of the table, without a config', async () => {
    const env = { LLM_PROXY_CONFIG: join(folder, 'absent.yaml') };
    const { code, out } = await runCommand(prices, ['show', 'anthropic/claude-opus-5'], env);
    expect([code, out[0]]).toEqual([0, expect.stringContaining('anthropic/claude-opus-5 of the table') as never]);
    expect((await runCommand(prices, ['show', 'no-such-model'], env)).code).toBe(1);
    expect((await runCommand(prices, ['show'], env)).out[0]).toBe(
      `price table of ${builtInTable().date}: ${builtInTable().size} models of 20 vendors`,
    );
  });
});

describe('prices update', () => {
  const into = () => mkdtempSync(join(folder, 'to-'));

  test('takes a newer table, keeps the one before, and it counts from then on', async () => {
    const to = into();
    const first = table('2099-01-01', { 'gpt-5': [1], 'gpt-6': [2] });
    const second = table('2099-01-02', { 'gpt-5': [3] });
    const { code, out } = await runCommand(prices, ['update', file('t.json', first), '--data-dir', to]);
    expect([code, out[0]]).toEqual([0, `${join(to, 'prices.json')}: price table of 2099-01-01, 2 models`]);
    expect(tableIn(to).table.find('openai', 'gpt-6')?.periods[0]?.standard.rates).toEqual({ input: 2 });

    const again = await runCommand(prices, ['update', file('t.json', second), '--data-dir', to]);
    expect(again.out[1]).toBe('0 models new, 1 gone, 1 changed; the one before is of 2099-01-01');
    expect(readFileSync(join(to, 'prices.json'), 'utf8')).toBe(second);
    expect(readFileSync(join(to, 'prices.previous.json'), 'utf8')).toBe(first);
    const shown = await runCommand(prices, ['show', 'openai/gpt-5', '--data-dir', to], {
      LLM_PROXY_CONFIG: 'absent.yaml',
    });
    expect(shown.out).toContain('  USD per million tokens: input 0.000003');
  });

  test('takes one by URL', async () => {
    const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response(table('2099-01-01', {})) });
    try {
      const to = join(into(), 'made');
      expect((await runCommand(prices, ['update', `${String(server.url)}table.json`, '--data-dir', to])).code).toBe(0);
      expect(tableIn(to).table.date).toBe('2099-01-01');
    } finally {
      await server.stop(true);
    }
  });

  test.each([
    ['what is no table', '{}', /it is no price table of this program/],
    ['half a table', table('2099-01-01', {}).slice(0, -5), /it is no JSON/],
    ['a wrong rate', table('2099-01-01', { 'gpt-5': [-1] }), /openai\/gpt-5: the rate of input is no whole number/],
    ['an older one', table('2020-01-01', {}), /it is of 2020-01-01, and the one in use of 20\d\d-/],
  ])('refuses %s, and leaves everything as it was', async (_, text, message) => {
    const to = into();
    expect(await runCommand(prices, ['update', file('t.json', text), '--data-dir', to])).toEqual({
      code: 1,
      out: [],
      err: [expect.stringMatching(message) as never],
    });
    expect(readdirSync(to)).toEqual([]);
  });

  test('says so where a file, a server or a folder is not to be had', async () => {
    const to = into();
    const absent = await runCommand(prices, ['update', join(folder, 'absent.json'), '--data-dir', to]);
    expect([absent.code, absent.err]).toEqual([1, [expect.stringContaining('ENOENT') as never]]);
    const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('', { status: 503 }) });
    const url = String(server.url);
    expect((await runCommand(prices, ['update', url, '--data-dir', to])).err).toEqual([
      `${url}: the server answers with 503`,
    ]);
    await server.stop(true);
    expect((await runCommand(prices, ['update', url, '--data-dir', to])).code).toBe(1);
    const good = file('t.json', table('2099-01-01', {}));
    const where = join(file('plain', ''), 'below');
    expect((await runCommand(prices, ['update', good, '--data-dir', where])).code).toBe(1);
    expect(existsSync(join(to, 'prices.json'))).toBe(false);
  });

  test('a table that breaks later is named, and the built-in one counts', () => {
    const to = into();
    writeFileSync(join(to, 'prices.json'), '{');
    const { table: chosen, problem } = tableIn(to);
    expect(chosen).toBe(builtInTable());
    expect(problem).toContain('prices.json is not used: it is no JSON');
    writeFileSync(join(to, 'prices.json'), table('2020-01-01', {}));
    expect(tableIn(to)).toEqual({ table: builtInTable() });
  });
});

test('needs an action that it knows', async () => {
  for (const words of [[], ['chekc'], ['update'], ['update', 'file'], ['check', 'what']])
    await expect(runCommand(prices, words)).rejects.toThrow(UsageError);
});
