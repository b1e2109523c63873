import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readPrompts } from '../app.ts';
import { loadConfig } from '../config/load.ts';
import { ConfigError } from '../config/problem.ts';
import { check } from './check.ts';
import { init } from './init.ts';

const folder = mkdtempSync(join(tmpdir(), 'llm-proxy-commands-'));
afterAll(() => rmSync(folder, { recursive: true }));

let lines: { out: string[]; err: string[] };
beforeEach(() => {
  lines = { out: [], err: [] };
});
const out = (line: string): void => void lines.out.push(line);
const err = (line: string): void => void lines.err.push(line);

function write(text: string): string {
  const path = join(folder, 'checked.yaml');
  writeFileSync(path, text);
  return path;
}

describe('check', () => {
  test('sums up a valid config', async () => {
    const path = write(readFileSync('test/fixtures/seed-config.yaml', 'utf8'));
    mkdirSync(join(folder, 'system_prompts'));
    expect(await check(path, out, err, {})).toBe(0);
    expect(lines).toEqual({
      out: [`${path} is valid: 3 backends, 2 aliases, listen :8765`],
      err: [],
    });
  });

  test('says what is doubtful, and what is disabled', async () => {
    const path = write('backends: [{name: a, url: "demo:", enabled: false}]\n');
    expect(await check(path, out, err, {})).toBe(0);
    expect(lines.err).toEqual([expect.stringContaining(`warning: ${path}:1:1 listen: :8765 is open to everyone`)]);
    expect(lines.out).toEqual([`${path} is valid: 1 backend (1 disabled), 0 aliases, listen :8765, 1 warning`]);
  });

  test('prints every error and fails', async () => {
    const path = write('listne: 1\nlogging: {level: loud}\n');
    expect(await check(path, out, err, {})).toBe(1);
    expect(lines).toEqual({
      out: [],
      err: [
        `${path}:1:1 listne: unknown key "listne" (did you mean "listen"?)`,
        `${path}:2:11 logging.level: cannot be "loud" (one of debug, info, warn, error)`,
      ],
    });
  });

  test('fails without a file', async () => {
    expect(await check(join(folder, 'none.yaml'), out, err, {})).toBe(1);
    expect(lines.err).toEqual([expect.stringContaining('the file does not exist')]);
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
    const checked = await check(path, out, err, env);
    const { config } = await loadConfig(path, env);
    const started = await readPrompts(config, folder, env).catch((error: unknown) => error);
    rmSync(wrong);
    rmSync(prompts, { recursive: true, force: true });
    expect(checked).toBe(1);
    expect(lines.out).toEqual([]);
    expect(lines.err).toEqual([expect.stringContaining(`${wrong}${place}`)]);
    expect(started).toBeInstanceOf(ConfigError);
  });
});

describe('init', () => {
  test('writes a starter that check likes, for its owner only, and never overwrites', async () => {
    const path = join(folder, 'config.yaml');
    expect(await init(path, out, err)).toBe(0);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await check(path, out, err, {})).toBe(0);
    expect(lines.err).toEqual([]);
    expect(lines.out.at(-1)).toBe(`${path} is valid: 1 backend, 3 aliases, listen 127.0.0.1:8765`);

    writeFileSync(path, 'mine');
    expect(await init(path, out, err)).toBe(1);
    expect(lines.err).toEqual([expect.stringContaining(`${path}: exists already`)]);
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  test('what is commented out in the starter is right as well', async () => {
    const path = join(folder, 'starter.yaml');
    await init(path, out, err);
    const starter = readFileSync(path, 'utf8');
    const uncommented = starter.replaceAll(/^( *)# (?= *(- |[\w"*/-]+:( |$)))/gm, '$1');
    await check(write(uncommented), out, err, { OPENAI_API_KEY: 'sk-1', LLM_PROXY_KEY: 'key-of-the-gateway' });
    expect(lines.err).toEqual([]);
    expect(lines.out.at(-1)).toContain('3 backends, 5 aliases');
  });

  test('fails where there is no folder', async () => {
    expect(await init(join(folder, 'none', 'config.yaml'), out, err)).toBe(1);
    expect(lines.err).toEqual([expect.stringContaining('its folder does not exist')]);
  });
});
