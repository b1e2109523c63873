// What a config, a secret's file or a prompt may be, and what becomes of one that is made to hang or to bloat the gateway.
import { afterAll, describe, expect, test } from 'bun:test';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, parseConfig } from '../../src/config/load.ts';
import { splitHead } from '../../src/prompts/head.ts';
import { loadPrompts } from '../../src/prompts/load.ts';
import { spawnGateway } from '../kit/gateway.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-files-'));
afterAll(() => rmSync(folder, { recursive: true }));
const isPosix = process.platform !== 'win32';

const at = (name: string): string => join(folder, name);

/** What is wrong with the config, or its warnings. */
async function told(path: string): Promise<string[]> {
  try {
    return (await loadConfig(path, {})).warnings.map(({ message }) => message);
  } catch (error) {
    return String(error instanceof Error ? error.message : error).split('\n');
  }
}

function toldOfText(text: string, env = {}): string[] {
  try {
    parseConfig(text, { file: 'config.yaml', env });
    return [];
  } catch (error) {
    return String(error instanceof Error ? error.message : error).split('\n');
  }
}

/** Makes something that is no regular file, and returns its path. */
function special(kind: 'pipe' | 'device' | 'folder'): string {
  const path = at(`a-${kind}`);
  if (kind === 'device') return '/dev/zero';
  rmSync(path, { recursive: true, force: true });
  if (kind === 'pipe') Bun.spawnSync(['mkfifo', path]);
  else mkdirSync(path);
  return path;
}

const SPECIAL: readonly ('pipe' | 'device' | 'folder')[] = isPosix ? ['pipe', 'device', 'folder'] : ['folder'];

describe.each(SPECIAL)('a %s', (kind) => {
  test('is no config', async () => {
    const path = special(kind);
    expect(await told(path)).toEqual([expect.stringContaining(`${path}: the file cannot be read: it is a ${kind}`)]);
  });

  test('holds no secret', async () => {
    writeFileSync(at('config.yaml'), `listen: 127.0.0.1:1\nproxy_api_key: file:${special(kind)}\n`);
    expect(await told(at('config.yaml'))).toEqual([
      expect.stringMatching(
        new RegExp(
          `config.yaml:2:1 proxy_api_key: the file .* cannot be read: it is a ${kind} [(]name a readable file`,
        ),
      ),
    ]);
  });

  test('in the place of a prompt is passed over or refused', async () => {
    const dir = at('prompts');
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
    if (isPosix) symlinkSync(special(kind), join(dir, 'x.txt'));
    const { prompts } = await loadPrompts({ dir, configDir: dir, env: {}, variables: [] });
    expect(prompts.prompts).toEqual([]);
  });
});

test.skipIf(!isPosix)('a socket is no config', async () => {
  const server = createServer().listen(at('socket'));
  await new Promise((resolve) => server.once('listening', resolve));
  expect(await told(at('socket'))).toEqual([expect.stringContaining('cannot be read: it is a socket')]);
  server.close();
});

test.skipIf(!isPosix)('the gateway starts with no pipe, and says so instead of hanging', async () => {
  const gateway = await spawnGateway({ config: `listen: 127.0.0.1:1\nproxy_api_key: file:${special('pipe')}\n` });
  expect(await gateway.exited).toBe(1);
  expect(gateway.stderr()).toContain('it is a pipe');
  await gateway.stop();
});

describe('a file that is too long', () => {
  test('is no config', async () => {
    writeFileSync(at('long.yaml'), '');
    truncateSync(at('long.yaml'), 17 * 1024 * 1024);
    expect(await told(at('long.yaml'))).toEqual([expect.stringContaining('the file is longer than 16 MiB')]);
  });

  test('holds no secret', async () => {
    writeFileSync(at('secret'), 'x'.repeat(64 * 1024 + 1));
    writeFileSync(at('config.yaml'), 'listen: 127.0.0.1:1\nproxy_api_key: file:secret\n');
    expect(await told(at('config.yaml'))).toEqual([expect.stringContaining('is longer than 64 KiB')]);
  });

  test.skipIf(process.platform !== 'linux')('is noticed though it says that it is empty', async () => {
    // Of what /proc shows nobody knows the length before it is read.
    writeFileSync(at('config.yaml'), 'listen: 127.0.0.1:1\nproxy_api_key: file:/proc/kallsyms\n');
    expect((await told(at('config.yaml'))).join()).toMatch(/longer than 64 KiB|EACCES|EPERM|ENOENT/);
  });

  test('is no prompt', async () => {
    const dir = at('long-prompts');
    mkdirSync(dir);
    writeFileSync(join(dir, 'x.txt'), 'x'.repeat(1024 * 1024 + 1));
    const { problems } = await loadPrompts({ dir, configDir: dir, env: {}, variables: [] });
    expect(problems).toMatchObject([{ level: 'error', message: 'is longer than 1 MiB' }]);
  });
});

describe.skipIf(!isPosix)('who else can read keys is told', () => {
  const open = join(folder, 'open');

  async function warnings(configMode: number, secretMode: number, folderMode = 0o755): Promise<string[]> {
    mkdirSync(open, { recursive: true });
    writeFileSync(
      join(open, 'config.yaml'),
      'listen: 127.0.0.1:1\nproxy_api_key: in-the-file-itself\nbackends:\n  - name: a\n    url: http://a\n    enabled: false\n    api_key: file:secret\n    headers: {x-title: mine}\n',
    );
    writeFileSync(join(open, 'secret'), 'sk-1');
    chmodSync(join(open, 'config.yaml'), configMode);
    chmodSync(join(open, 'secret'), secretMode);
    chmodSync(open, folderMode);
    chmodSync(folder, 0o755);
    const found = await told(join(open, 'config.yaml'));
    chmodSync(folder, 0o700);
    return found;
  }

  test('of the config, if keys stand in it, and of the files of secrets', async () => {
    expect(await warnings(0o644, 0o644)).toEqual([
      expect.stringContaining('is in a file that every user of this machine can read (chmod 600'),
      expect.stringMatching(/every user of this machine can read the file .*secret/),
    ]);
    expect(await warnings(0o640, 0o604)).toEqual([expect.stringContaining('secret')]);
  });

  test('but not where they are private, or their folder is', async () => {
    expect(await warnings(0o600, 0o640)).toEqual([]);
    expect(await warnings(0o644, 0o644, 0o750)).toEqual([]);
  });

  test('and not of a config whose keys are elsewhere', async () => {
    mkdirSync(open, { recursive: true });
    chmodSync(open, 0o755);
    writeFileSync(join(open, 'other.yaml'), 'listen: 127.0.0.1:1\nproxy_api_key: ${KEY:-key-of-the-gateway}\n');
    chmodSync(folder, 0o755);
    expect(await told(join(open, 'other.yaml'))).toEqual([]);
    chmodSync(folder, 0o700);
  });
});

describe('YAML that is made to take for ever', () => {
  const many = 50_000;
  const laughs = Array.from({ length: 12 }, (_, n) => `  x${n + 1}: &x${n + 1} {<<: [${`*x${n},`.repeat(9)}]}`).join(
    '\n',
  );
  // Each of these took the parser from 10 s up to minutes, but for the last two.
  test.each([
    ['brackets', '{a: '.repeat(many), 'is nested too deeply'],
    ['keys of keys', '? '.repeat(many), 'is nested too deeply'],
    ['items of items', '- '.repeat(many), 'is nested too deeply'],
    ['indentation', Array.from({ length: 2000 }, (_, n) => `${' '.repeat(n)}a:`).join('\n'), 'is nested too deeply'],
    ['anchors', 'a: &a x\n'.repeat(100_000), 'has too many parts'],
    ['laughs', `models:\n  x0: &x0 {enabled: true}\n${laughs}\n`, 'expand to too many values'],
  ])('%s', (_, text, message) => {
    expect(toldOfText(text).join('\n')).toContain(message);
    // A head of a prompt is read by the same parser.
    expect(splitHead(`---\n${text}\n---\ntext`).problems.length).toBeGreaterThan(0);
    expect(splitHead(`${text}\n---\ntext`).problems.every(({ level }) => level === 'error')).toBe(true);
  });

  test('the place of what is too deep is told', () => {
    expect(toldOfText(`listen: :1\n\nproxy:\n  x: ${'['.repeat(100)}`)).toEqual([
      expect.stringMatching(/^config\.yaml:4:\d+: is nested too deeply/),
    ]);
  });

  test('what people write is far from it', () => {
    const aliases = Array.from({ length: 5000 }, (_, n) => `  m${n}: {routes: [{backend: a, model: "m-${n}"}]}`).join(
      '\n',
    );
    expect(toldOfText(`listen: 127.0.0.1:1\nbackends: [{name: a, url: "http://a"}]\nmodels:\n${aliases}\n`)).toEqual(
      [],
    );
  });
});

test('what a variable holds is not told in a message about names that are used and not defined', () => {
  const text =
    'backends: [{ name: "${NAME}", url: "demo:" }]\nmodels: { a: { routes: [{ backend: "${SECRET}", model: m }] } }\n';
  const env = { SECRET: 'a-secret-of-the-environment', NAME: 'a-name-of-the-environment' };
  const problems = toldOfText(text, env);
  expect(problems).toEqual([expect.stringContaining('"${SECRET}"')]);
  expect(problems.join()).not.toContain('of-the-environment');
});
