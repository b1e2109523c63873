// docs/operations.md, held against the program: its links, its commands, its configs, its queries, its tables.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { parseConfig } from '../../src/config/load.ts';
import { BLOCKS, filledPage } from '../../scripts/operations/page.ts';
import { LOG_LINES } from '../../src/records/log/log-lines.ts';
import { splitHead } from '../../src/prompts/head.ts';
import { open, requestBytes, send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { jq } from '../kit/jq.ts';
import type { Json } from '../kit/json.ts';
import { metricSamples, metricsOf } from '../kit/metric-samples.ts';
import { program } from '../kit/program.ts';
import { hasTool } from '../kit/required-tool.ts';
import { eventually } from '../kit/settled.ts';
import { anchorsOf, blocksOf, brokenLinks } from './blocks.ts';
import type { Block } from './blocks.ts';

const DOCS = join(import.meta.dir, '../../docs');
const PAGE = readFileSync(join(DOCS, 'operations.md'), 'utf8');
const blocks = blocksOf(PAGE);
const ofLanguage = (wanted: string): readonly Block[] => blocks.filter(({ language }) => language === wanted);
const fileOf = (name: string): string => blocks.find(({ title }) => title === name)?.text ?? '';
const lines = PAGE.split('\n');
/** Whether a comment before the block says why it is not tried. */
const isLeftOut = ({ line }: Block): boolean => /^<!-- not tried: .+ -->$/.test(lines[line - 3] ?? '');
const KEY = 'the-key-of-the-operator';

const json = await jq();
const promtool = await program('promtool', { apt: 'prometheus', path: 'usr/bin/promtool' });
const canRun = [json !== undefined, hasTool('bash'), hasTool('curl')].every(Boolean);

describe('the page', () => {
  test('leads to files and headings that there are', () => expect(brokenLinks(PAGE, DOCS)).toEqual([]));

  test('has every section within two clicks: the contents name it, or one that they name has it', () => {
    const contents = PAGE.slice(0, PAGE.indexOf('\n## '));
    const named = new Set([...contents.matchAll(/\(#([^)]+)\)/g)].map(([, anchor]) => anchor));
    for (const heading of PAGE.match(/^## .*$/gm) ?? [])
      expect([...named]).toContain([...anchorsOf(heading)][0] as string);
  });

  test('names the headers that answers really have', async () => {
    const gateway = await startGateway({ config: { backends: [{ name: 'demo', url: 'demo:' }], models: DEMO } });
    try {
      for (const [model, stream] of [
        ['demo', false],
        ['demo', true],
        ['none', false],
      ]) {
        const body = { model, stream, messages: [{ role: 'user', content: 'hi' }] };
        const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
        await answer.whole();
        for (const name of Object.keys(answer.headers)) if (!OF_HTTP.has(name)) expect(PAGE).toContain(`\`${name}\``);
      }
    } finally {
      await gateway.stop();
    }
  });
});

const DEMO = { demo: { routes: [{ backend: 'demo', model: 'demo' }] } };
/** What any HTTP server says. */
const OF_HTTP: ReadonlySet<string> = new Set([
  'date',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
]);

test('the messages that its commands look for are logged', () => {
  const patterns = [...PAGE.matchAll(/\.msg \| test\("\^?\(?([^")]+)\)?"\)/g)].flatMap(([, text = '']) =>
    text.split('|'),
  );
  expect(patterns.length).toBeGreaterThan(5);
  const messages = Object.values(LOG_LINES).flatMap((group) => group.map(({ msg }): string => msg));
  for (const pattern of patterns) expect(messages.filter((msg) => msg.includes(pattern))).not.toEqual([]);
});

describe('a page in another language', () => {
  const empty = Object.keys(BLOCKS)
    .map((name) => `<!-- begin generated: ${name} -->\nWHAT WAS THERE\n<!-- end generated: ${name} -->`)
    .join('\n');

  test('has the same tables with its own words, once all of them are there', () => {
    const untranslated = messageOf(() => filledPage(empty, {}));
    expect(untranslated).toStartWith('these texts are not translated:\n');
    const words: Record<string, string> = JSON.parse(
      `{${untranslated.slice(untranslated.indexOf('\n')).replace(/,$/, '')}}`,
    );
    expect(Object.keys(words).length).toBeGreaterThan(200);
    for (const english of Object.keys(words)) words[english] = `«${english}»`;
    const page = filledPage(empty, words);
    expect(page).toContain('| «metric» | «type» | «labels» | «meaning» |');
    expect(page).toContain('«Attempts under way.»');
    expect(page).not.toContain('WHAT WAS THERE');
    delete words['Attempts under way.'];
    expect(messageOf(() => filledPage(empty, words))).toContain('Attempts under way.');
    // An English text that changes leaves its translation behind.
    words['Attempts under way.'] = 'x';
    words['Tries under way.'] = 'x';
    expect(messageOf(() => filledPage(empty, words))).toBe(
      'these translations are of texts that are there no longer:\n  "Tries under way."',
    );
  });

  test('has every block once, and no other', () => {
    expect(messageOf(() => filledPage(empty.replace('end generated: sizing', 'x')))).toContain('must be there once');
    expect(messageOf(() => filledPage(empty + empty))).toContain('must be there once');
    expect(messageOf(() => filledPage(`${empty}<!-- begin generated: what -->`))).toContain('there is no block what');
  });
});

test.each(['operations.md', 'operations.zh-CN.md'])(
  'no generated table of %s has a cell that cannot be read',
  (name) => {
    const rows = readFileSync(join(DOCS, name), 'utf8')
      .split('<!-- begin generated: ')
      .slice(1)
      .flatMap((rest) =>
        (rest.split('<!-- end generated: ')[0] ?? '').split('\n').filter((line) => line.startsWith('|')),
      );
    expect(rows.length).toBeGreaterThan(150);
    for (const cell of rows.flatMap((row) => row.split(/(?<!\\)\|/))) expect(cell.trim().length).toBeLessThan(400);
  },
);

describe('its configs', () => {
  const base = parse(fileOf('config.yaml'));
  const configs = ofLanguage('yaml').filter(({ title }) => title !== 'prometheus.yml');

  test.each(configs.map(named))('%s: is valid', (_name, text) => {
    const config = stringify({ ...base, ...parse(text) });
    const env = { LLM_PROXY_KEY: KEY };
    const { warnings } = parseConfig(config, { file: 'config.yaml', env, readSecret: (path) => `secret of ${path}` });
    expect(warnings).toEqual([]);
  });

  test('the operator’s key is rotated without an interruption', async () => {
    const rotated = configs.find(({ text }) => text.startsWith('proxy_api_key:'))?.text ?? '';
    const files = [...rotated.matchAll(/file:([^'\s]+)/g)].map(([, path = '']) => path);
    const [now = '', before = ''] = files.map((path) => `the-key-in-${path.split('/').pop()}`);
    const local = rotated.replace(/file:[^'\n]+/, now).replace(/file:[^'\n]+/, before);
    const { listen: _listen, ...rest } = base;
    const gateway = await startGateway({ config: { ...rest, proxy_api_key: before } });
    const ask = async (path: string, key: string, body?: Json): Promise<number> => {
      const answer = await send(gateway.url + path, { body, headers: { authorization: `Bearer ${key}` } });
      await answer.whole();
      return answer.status;
    };
    const chat = { model: 'demo', messages: [{ role: 'user', content: 'hi' }] };
    try {
      expect(await ask('/v1/chat/completions', before, chat)).toBe(200);
      gateway.writeConfig({ ...rest, ...parse(local) });
      // The watcher may be the one that sees it.
      await eventually(async () => (await ask('/admin/status', now)) === 200, { everyMs: 50 });
      for (const key of [before, now]) expect(await ask('/v1/chat/completions', key, chat)).toBe(200);
      for (const path of ['/admin/status', '/metrics']) expect(await ask(path, before)).toBe(403);
      await eventually(() => gateway.logs().some(({ caller }) => caller === 'old'));
    } finally {
      await gateway.stop();
    }
  });

  test('the prompt has a head that is understood', () => {
    const [prompt] = ofLanguage('markdown');
    const { head, text, problems } = splitHead(prompt?.text ?? '');
    expect(problems).toEqual([]);
    expect(head).toMatchObject({ models: ['gpt-*', 'claude'], priority: 10 });
    expect(text).toContain('${_DATE}');
  });

  test.skipIf(promtool === undefined)('Prometheus takes its own', () => {
    const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-page-'));
    try {
      writeFileSync(join(dir, 'prometheus.yml'), fileOf('prometheus.yml'));
      writeFileSync(join(dir, 'llm-proxy-key'), KEY);
      writeFileSync(join(dir, 'alerts.yml'), readFileSync(join(DOCS, '../deploy/prometheus/alerts.yml')));
      expect(promtoolSays(dir, 'check', 'config', 'prometheus.yml')).toContain('SUCCESS');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('its queries', () => {
  const queries = ofLanguage('promql').map(({ text }) => text.trim());

  test('ask for metrics that exist, by labels that they have', async () => {
    const samples = await metricSamples();
    expect(queries.length).toBeGreaterThan(10);
    for (const query of queries) {
      const asked = metricsOf(query);
      expect([query, asked.length > 0]).toEqual([query, true]);
      for (const { name, matched } of asked) {
        expect([...samples.keys()]).toContain(name);
        for (const label of matched) expect([...(samples.get(name) ?? [])]).toContain(label);
      }
    }
  });

  test.skipIf(promtool === undefined)('are PromQL', () => {
    const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-page-'));
    try {
      const rules = queries.map((expr, index) => ({ record: `query_${index}`, expr }));
      writeFileSync(join(dir, 'rules.yml'), JSON.stringify({ groups: [{ name: 'page', rules }] }));
      expect(promtoolSays(dir, 'check', 'rules', 'rules.yml')).toContain('SUCCESS');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe.skipIf(!canRun)('its commands', () => {
  let gateway: Gateway;
  let bin: string;

  beforeAll(async () => {
    bin = mkdtempSync(join(tmpdir(), 'llm-proxy-page-'));
    const main = join(import.meta.dir, '../../src/main.ts');
    for (const [name, script] of Object.entries({
      'llm-proxy': `exec '${process.execPath}' '${main}' "$@"`,
      ...STAND_INS,
    }))
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    gateway = await startGateway({ config: troubledConfig(), env: { LLM_PROXY_KEY: KEY } });
    await makeTrouble();
  });

  afterAll(async () => {
    await gateway.stop();
    rmSync(bin, { recursive: true });
  });

  const commands = ofLanguage('sh').filter((block) => !isLeftOut(block));

  test('most are tried', () => expect(commands.length).toBeGreaterThan(30));

  test.each(commands.map(named))('%s: works and says something', async (_name, text) => {
    // A line of the log may be a moment late.
    const out = await eventually(async () => {
      const told = await run(text);
      return told.trim() !== '' || ALL_IS_WELL.test(text) ? { told } : undefined;
    });
    // No answer is an error of the gateway's.
    expect(out.told).not.toContain('"error":{');
  });

  const ways = ofLanguage('sh').flatMap(({ title, text }) => (title === undefined ? [] : [[title, text] as const]));

  test.each(ways)('the log is read the same way where it is that of: %s', async (_title, text) => {
    const asked = `gwlog | jq -r 'select(.msg == "request" and .trace_id == "look-for-me") | .alias'`;
    const out = await eventually(async () => {
      const told = await run(text.replace(/^gwlog \|.*$/m, asked));
      return told === '' ? undefined : { told };
    });
    expect(out.told).toMatch(/^unsteady\n/);
  });

  test('the log is read the same way from one file, past half a line and what is no line at all', async () => {
    const folder = join(gateway.dir, 'together');
    mkdirSync(join(folder, 'logs'), { recursive: true });
    const all = await run('gwlog');
    expect(all.split('\n').length).toBeGreaterThan(10);
    writeFileSync(join(folder, 'logs/general.log'), `{"level":"error","ts":"2026-\n17\n{"none":1}\nBun v1\n${all}`);
    expect(await run('gwlog', folder)).toBe(all);
  });

  test('Kubernetes has pods of that label in that namespace, and what they print is JSON', () => {
    const { metadata, spec } = parse(readFileSync(join(DOCS, '../deploy/kubernetes/deployment.yaml'), 'utf8'));
    expect(spec.template.metadata.labels).toMatchObject({ 'app.kubernetes.io/name': 'llm-proxy' });
    expect(metadata.name).toBe('llm-proxy');
    const { logging } = parse(readFileSync(join(DOCS, '../deploy/kubernetes/config.yaml'), 'utf8'));
    expect(logging).toMatchObject({ base_dir: '', console_format: 'json' });
  });

  /** What a script of the page prints, in a shell where `gwlog` is defined as the page does for files. */
  async function run(text: string, cwd = gateway.dir): Promise<string> {
    const [define = ''] = /^gwlog\(\) .*\n/m.exec(fileOf('files')) ?? [];
    const here = `${define}${text}`
      .replaceAll('127.0.0.1:8765', `127.0.0.1:${gateway.port}`)
      .replaceAll('/var/lib/llm-proxy/logs', join(gateway.dir, 'logs'));
    writeFileSync(join(bin, 'console'), gateway.stderr());
    const child = Bun.spawn(['bash', '-c', here], {
      cwd,
      env: {
        ...json?.env,
        PATH: [bin, dirname(json?.path ?? ''), process.env.PATH].join(':'),
        HOME: gateway.dir,
        LLM_PROXY_KEY: KEY,
      },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    // What a pipe's first command has to complain of shows here alone.
    expect([err, await child.exited]).toEqual(['', 0]);
    return out;
  }

  /** The page's config, with backends that do what the runbook looks for. */
  function troubledConfig(): string {
    const { backends, models, ...rest }: Json = parse(fileOf('config.yaml'));
    const alias = (model: string): Json => ({ routes: [{ backend: 'demo', model }] });
    const { listen: _listen, logging, ...others } = rest;
    return stringify({
      ...others,
      logging: { ...logging, console_format: 'json' },
      // What the ledger and the prices are asked of.
      data_dir: 'data',
      prices: { 'demo/*': { input: 0, output: 0 } },
      backends,
      models: {
        ...models,
        refuses: alias('demo-fail-401'),
        rejected: alias('demo-fail-400'),
        cut: alias('demo-cut'),
        'on-fallback': alias('demo-fail-500'),
        limited: alias('demo'),
        slow: alias('demo-slow'),
      },
      keys: [
        { name: 'old', key: 'a-key-that-is-switched-off', models: ['*'], enabled: false },
        {
          name: 'search',
          key: 'a-key-that-is-new',
          models: ['*'],
          previous: { key: 'a-key-from-before', until: '2099-01-01' },
        },
      ],
      fallback: { max_retries: 0, alias_fallback: { 'on-fallback': ['demo'] } },
      cors: { origins: ['https://app.example.com'] },
      rate_limit: { enabled: true, global_rps: 10_000, per_ip_rps: 10_000, per_model_rps: { limited: 0.001 } },
    });
  }

  /** Asks for a model and leaves before anything of the answer has come. */
  async function giveUp(model: string): Promise<void> {
    const headers = { authorization: `Bearer ${KEY}` };
    const body = { model, messages: [{ role: 'user', content: 'one two three' }] };
    const connection = await open(gateway.url);
    await connection.write(requestBytes(`${gateway.url}/v1/chat/completions`, { body, headers }));
    await eventually(async () => {
      const { text } = await (await send(`${gateway.url}/metrics`, { headers })).whole();
      return text.includes('llm_proxy_in_flight{backend="demo"} 1\n');
    });
    connection.leave();
  }

  async function makeTrouble(): Promise<void> {
    const ask = async (model: string, stream = false, key = KEY): Promise<void> => {
      const body = { model, stream, messages: [{ role: 'user', content: 'one two three' }] };
      const headers = { authorization: `Bearer ${key}`, ...(model === 'unsteady' && { 'x-trace-id': 'look-for-me' }) };
      await (await send(`${gateway.url}/v1/chat/completions`, { body, headers })).whole();
    };
    for (const model of ['demo', 'unsteady', 'refuses', 'rejected', 'on-fallback', 'limited', 'limited'])
      await ask(model);
    await ask('cut', true);
    await ask('removed');
    await giveUp('slow');
    await ask('demo', false, 'a-key-that-is-wrong');
    await ask('demo', false, 'a-key-that-is-switched-off');
    await ask('demo', false, 'a-key-from-before');
    const answers = 13;
    await eventually(() => gateway.logs().length >= answers);
    mkdirSync(join(gateway.dir, 'logs'), { recursive: true });
  }
});

/** Of programs that have the log where this machine has none: they read the folder and the console of the gateway. */
const STAND_INS = {
  sudo: 'exec "$@"',
  kubectl: 'case " $* " in *" logs "*) exec cat "$(dirname "$0")/console" ;; esac; exit 1',
  docker: [
    'case "$1" in',
    'logs) cat "$(dirname "$0")/console" >&2 ;;',
    'run) while [ "$1" != busybox ]; do shift || exit 1; done; shift; exec "$@" ;;',
    '*) exit 1 ;;',
    'esac',
  ].join('\n'),
};

/** Commands that find nothing where nothing of the kind has happened. */
const ALL_IS_WELL = /open files|files are left|state == "dead"/;

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error('nothing was thrown');
}

/** A block by its heading and its first line. */
function named({ section, text }: Block): [name: string, text: string] {
  return [`${section}: ${text.split('\n')[0]?.slice(0, 60)}`, text];
}

function promtoolSays(cwd: string, ...args: string[]): string {
  const { stdout, stderr } = Bun.spawnSync([promtool ?? '', ...args], { cwd });
  return stdout.toString() + stderr.toString();
}
