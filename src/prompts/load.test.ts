import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadPrompts, type PromptProblem } from './load.ts';

let configDir = '';

beforeEach(async () => {
  configDir = await mkdtemp(join(tmpdir(), 'prompts-'));
});

afterEach(async () => {
  await rm(configDir, { recursive: true });
});

/** Writes files below the config's directory, `p/` being that of the prompts, and loads them. */
async function load(
  files: Record<string, string | Uint8Array>,
  dir = 'p',
): Promise<{ textFor: (alias: string) => string | undefined; problems: PromptProblem[]; names: string[] }> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(configDir, path)), { recursive: true });
    await writeFile(join(configDir, path), content);
  }
  const env = { TEAM: 'core' };
  const { prompts, problems } = await loadPrompts({
    dir: join(configDir, dir),
    configDir,
    env,
    variables: ['TEAM', 'NOPE', 'NADA'],
  });
  const textFor = (alias: string): string | undefined => prompts.injectionFor(alias, 0)?.alone;
  return { textFor, problems, names: prompts.prompts.map(({ name }) => name) };
}

test('reads .txt for aliases, .md by head, and the one beside the config', async () => {
  const { textFor, problems } = await load({
    'p/gpt.txt': 'for gpt\n',
    'p/a/b.txt': 'for a/b',
    'p/all.md': 'position: after\n---\n\nfor ${TEAM}\n',
    'p/a/not-read.md': 'x',
    'p/README': 'x',
    'system_prompt.md': 'models: ["a/*"]\npriority: 1\n---\nbeside',
    'other.md': 'x',
  });
  expect(problems).toEqual([]);
  expect(textFor('gpt')).toBe('for gpt\n\nfor core');
  expect(textFor('a/b')).toBe('beside\n\nfor a/b\n\nfor core');
  expect(textFor('none')).toBe('for core');
});

test.skipIf(process.platform === 'win32')('what is a link to nowhere is an error, not absent', async () => {
  await symlink('nowhere', join(configDir, 'p'));
  await symlink('nowhere.md', join(configDir, 'system_prompt.md'));
  const { problems } = await load({});
  const wrong = problems.map(({ level, file }) => `${level} ${file}`);
  expect(wrong.toSorted()).toEqual([`error ${join(configDir, 'p')}`, `error ${join(configDir, 'system_prompt.md')}`]);
});

test('a directory that does not exist is no more than a warning', async () => {
  const { textFor, problems } = await load({ 'system_prompt.md': 'beside' });
  expect(problems).toEqual([
    {
      level: 'warning',
      file: join(configDir, 'p'),
      line: undefined,
      column: undefined,
      message: 'the directory of system prompts does not exist',
    },
  ]);
  expect(textFor('x')).toBe('beside');
});

test('a file in the way of the directory is an error', async () => {
  const { problems } = await load({ p: 'x' });
  expect(problems).toMatchObject([{ level: 'error', file: join(configDir, 'p') }]);
});

test('the config directory itself may hold the prompts', async () => {
  const { names } = await load({ 'system_prompt.md': 'beside', 'gpt.txt': 'x' }, '.');
  expect(names).toEqual(['gpt', 'system_prompt']);
});

test('byte order marks and CRLF are tolerated', async () => {
  const { textFor, problems } = await load({
    'p/a.md': '\ufeffposition: after\r\n---\r\none\r\ntwo\r\n',
    'p/x.txt': '\ufeffthree\r\n',
  });
  expect(problems).toEqual([]);
  expect(textFor('x')).toBe('three\n\none\ntwo');
});

test('a disabled file is passed over', async () => {
  const { names, problems } = await load({ 'p/a.md': 'enabled: false\n---\n' });
  expect([names, problems]).toEqual([[], []]);
});

test('a problem tells file, line and column, and leaves the other files alone', async () => {
  const { names, problems } = await load({
    'p/bad.md': '\n---\r\nposition: after\r\n  \r\nenabled: x\r\n---\r\nx',
    'p/good.md': 'x',
  });
  const message = 'enabled: must be true or false';
  expect(problems).toEqual([{ level: 'error', file: join(configDir, 'p/bad.md'), line: 5, column: 1, message }]);
  expect(names).toEqual(['good']);
});

test('an empty, a long and a binary file are left out, each with its problem', async () => {
  const { names, problems } = await load({
    'p/empty.txt': '\ufeff \r\n',
    'p/long.txt': 'x'.repeat(1024 * 1024 + 1),
    'p/most.txt': 'x'.repeat(1024 * 1024),
    'p/utf16.txt': new Uint8Array([0xff, 0xfe, 0x41, 0]),
  });
  expect(problems.map(({ level, message }) => [level, message])).toEqual([
    ['warning', 'has no text and is ignored'],
    ['error', 'is longer than 1 MiB'],
    ['error', 'is not UTF-8 text'],
  ]);
  expect(names).toEqual(['most']);
});

test('unset variables are one warning for a file, which still counts', async () => {
  const { textFor, problems } = await load({ 'p/x.txt': '${NOPE} ${NOPE} ${NADA}' });
  expect(problems).toMatchObject([
    { level: 'warning', message: 'not set and without a default, so left as written: ${NOPE}, ${NADA}' },
  ]);
  expect(textFor('x')).toBe('${NOPE} ${NOPE} ${NADA}');
});

test('links are followed as in a mounted ConfigMap, circles ended, broken ones told', async () => {
  await mkdir(join(configDir, 'p/..2026'), { recursive: true });
  await writeFile(join(configDir, 'p/..2026/gpt.txt'), 'x');
  await symlink('..2026', join(configDir, 'p/..data'));
  await symlink('..data/gpt.txt', join(configDir, 'p/gpt.txt'));
  await symlink('.', join(configDir, 'p/circle'));
  await symlink('gone', join(configDir, 'p/broken.txt'));
  const { names, problems } = await load({});
  expect(names).toEqual(['gpt']);
  expect(problems).toMatchObject([{ level: 'error', file: join(configDir, 'p/broken.txt') }]);
});
