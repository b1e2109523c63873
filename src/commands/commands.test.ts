import { afterAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { version } from '../../package.json';
import { readPrompts } from '../read-prompts.ts';
import { loadConfig } from '../config/load.ts';
import { ConfigError } from '../config/problem.ts';
import { commandLine } from '../lib/called-as.ts';
import { runCommand } from '../../test/kit/run-command.ts';
import { check } from './check.ts';
import { init, SCHEMA_URL } from './init.ts';

const folder = mkdtempSync(join(tmpdir(), 'llm-proxy-commands-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(text: string): string {
  const path = join(folder, 'checked.yaml');
  writeFileSync(path, text);
  return path;
}

describe('check', () => {
  test('sums up a valid config', async () => {
    const seed = readFileSync('test/fixtures/seed-config.yaml', 'utf8');
    const path = write(seed.replace('your-secret-key', '8b1f0c7d9e2a4655').replaceAll('xxx', '8b1f0c7d9e2a'));
    mkdirSync(join(folder, 'system_prompts'));
    expect(await runCommand(check, ['-c', path])).toEqual({
      code: 0,
      out: [`${path} is valid: 3 backends, 2 aliases, listen :8765`],
      err: [],
    });
  });

  test('says what is doubtful, and what is disabled', async () => {
    const path = write('listen: ":8765"\nbackends: [{name: a, url: "demo:", enabled: false}]\n');
    expect(await runCommand(check, ['-c', path])).toEqual({
      code: 0,
      out: [`${path} is valid: 1 backend (1 disabled), 0 aliases, listen :8765, 1 warning`],
      err: [expect.stringContaining(`warning: ${path}:1:1 listen: :8765 is open to everyone`)],
    });
  });

  test.each<[string, string, Record<string, string>]>([
    ['127.0.0.1:8765 (the default without a key)', 'cors: {}', {}],
    [':8765 (the default with a key)', 'proxy_api_key: 0123456789abcdef', {}],
    [
      ':8765 (the default with a key)',
      'keys: [{name: a, key: 0123456789abcdef, models: ["*"]}]\nproxy_api_key: fedcba9876543210',
      {},
    ],
    ['127.0.0.1:9 (LLM_PROXY_LISTEN)', 'proxy_api_key: 0123456789abcdef', { LLM_PROXY_LISTEN: '127.0.0.1:9' }],
    ['127.0.0.1:1', 'listen: 127.0.0.1:1', { LLM_PROXY_LISTEN: '127.0.0.1:9' }],
  ])('says that it listens on %s', async (listen, text, env) => {
    const { out } = await runCommand(check, ['-c', write(text)], env);
    expect(out).toEqual([expect.stringContaining(`0 aliases, listen ${listen}`)]);
  });

  test('reads the config that LLM_PROXY_CONFIG names, unless a flag names another', async () => {
    const env = { LLM_PROXY_CONFIG: write('listen: 127.0.0.1:1\n') };
    expect((await runCommand(check, [], env)).out).toEqual([
      expect.stringContaining(`${env.LLM_PROXY_CONFIG} is valid`),
    ]);
    expect((await runCommand(check, ['-c', join(folder, 'none.yaml')], env)).code).toBe(1);
  });

  test('prints every error and fails', async () => {
    const path = write('listne: 1\nlogging: {level: loud}\n');
    expect(await runCommand(check, ['-c', path])).toEqual({
      code: 1,
      out: [],
      err: [
        `${path}:1:1 listne: unknown key "listne" (did you mean "listen"?)`,
        `${path}:2:11 logging.level: cannot be "loud" (one of debug, info, warn, error)`,
      ],
    });
  });

  test('fails without a file', async () => {
    expect(await runCommand(check, ['-c', join(folder, 'none.yaml')])).toEqual({
      code: 1,
      out: [],
      err: [
        expect.stringContaining(`the file does not exist (name another with --config PATH; "${commandLine('init')}"`),
      ],
    });
  });
});

describe('check finds wrong prompt files, as the start does', () => {
  const env = {};
  const HEAD = 'listen: 127.0.0.1:1\nproxy: {enable_system_prompt: true, system_prompt_dir: prompts}\n';
  const CONFIG = `${HEAD}backends: [{name: d, url: "demo:"}]\nmodels: {m: {routes: [{backend: d, model: demo}]}}\n`;

  test.each<[string, string, string | Uint8Array]>([
    ['a.md', ':1:1', '---\nposition: before\ntext without an end of the head\n'],
    ['a.md', ':1:1', '---\n'],
    ['a.md', ':2:', '---\nposition: sideways\n---\ntext'],
    ['a.md', ':2:', '---\npositoin: before\n---\ntext'],
    ['a.md', ':1:', 'models: gpt\n---\ntext'],
    ['a.md', '', '---\nmodels: [x\n---\ntext'],
    ['m.txt', ':1:6', 'text ${SECRET}'],
    ['m.txt', '', new Uint8Array([0xff, 0xfe, 0x41])],
    ['deep/er/m.txt', ':2:1', 'text\n${SECRET}'],
    ['../system_prompt.md', ':1:1', '---\nmodels: ["*"]\n'],
  ])('%s at %s', async (name, place, text) => {
    const prompts = join(folder, 'prompts');
    const wrong = join(prompts, name);
    mkdirSync(dirname(wrong), { recursive: true });
    writeFileSync(wrong, text);
    const path = write(CONFIG);
    const checked = await runCommand(check, ['-c', path], env);
    const { config } = await loadConfig(path, env);
    const started = await readPrompts(config, folder, env).catch((error: unknown) => error);
    rmSync(wrong);
    rmSync(prompts, { recursive: true, force: true });
    expect(checked).toEqual({ code: 1, out: [], err: [expect.stringContaining(`${wrong}${place}`)] });
    expect(started).toBeInstanceOf(ConfigError);
  });
});

describe('init', () => {
  test('writes a starter that check likes, for its owner only, and never overwrites', async () => {
    const path = join(folder, 'config.yaml');
    expect(await runCommand(init, ['-c', path])).toEqual({
      code: 0,
      out: [expect.stringContaining(`${path} written`), `Start with: ${commandLine('serve', '-c', path)}`],
      err: [],
    });
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await runCommand(check, ['-c', path])).toMatchObject({
      code: 0,
      out: [expect.stringContaining('1 backend, 3 aliases, listen 127.0.0.1:8765 (the default without a key')],
      err: [],
    });

    writeFileSync(path, 'mine');
    expect(await runCommand(init, ['-c', path])).toEqual({
      code: 1,
      out: [],
      err: [expect.stringContaining(`${path}: exists already`)],
    });
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  test('the first line names the schema of this version, and commands are those that work here', async () => {
    const path = join(folder, 'first-line.yaml');
    await runCommand(init, [], { LLM_PROXY_CONFIG: path });
    const starter = readFileSync(path, 'utf8');
    expect(starter.split('\n', 1)).toEqual([`# yaml-language-server: $schema=${SCHEMA_URL}`]);
    expect(SCHEMA_URL).toBe(`https://raw.githubusercontent.com/llm-proxy/llm-proxy/v${version}/config.schema.json`);
    expect(starter).toContain(`\`${commandLine('check')}\``);
    expect(starter).toContain(`\`${commandLine('schema')}\``);
  });

  test('what is commented out in the starter is right as well', async () => {
    const path = join(folder, 'starter.yaml');
    await runCommand(init, ['-c', path]);
    const starter = readFileSync(path, 'utf8');
    const uncommented = starter.replaceAll(/^( *)# (?= *(- |[\w"*/-]+:( |$)))(?!yaml-language)/gm, '$1');
    const env = { OPENAI_API_KEY: 'sk-1', LLM_PROXY_KEY: 'key-of-the-gateway' };
    expect(await runCommand(check, ['-c', write(uncommented)], env)).toEqual({
      code: 0,
      out: [expect.stringContaining('3 backends, 5 aliases, listen :8765')],
      err: [],
    });
  });

  test('fails where there is no folder', async () => {
    expect(await runCommand(init, ['-c', join(folder, 'none', 'config.yaml')])).toEqual({
      code: 1,
      out: [],
      err: [expect.stringContaining('its folder does not exist')],
    });
  });
});
