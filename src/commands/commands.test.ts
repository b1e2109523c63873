import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
