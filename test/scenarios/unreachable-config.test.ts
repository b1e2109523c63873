import { afterAll, describe, expect, test } from 'bun:test';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { command, endAll, start } from '../kit/command.ts';
import { eventually } from '../kit/settled.ts';

const MAIN = resolve(import.meta.dir, '../../src/main.ts');
const SETPRIV = Bun.which('setpriv');
const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'llm-proxy-unreachable-'));
chmodSync(folder, 0o755);
const at = (...parts: string[]): string => join(folder, ...parts);

afterAll(() => {
  endAll();
  chmodSync(at('closed'), 0o700);
  rmSync(folder, { recursive: true });
});

mkdirSync(at('closed'));
writeFileSync(at('closed', 'config.yaml'), 'listen: 127.0.0.1:0\n');
chmodSync(at('closed'), isRoot ? 0o700 : 0);
symlinkSync('nowhere.yaml', at('dangling.yaml'));
symlinkSync('nowhere', at('dangling'));
symlinkSync('loop.yaml', at('loop.yaml'));
writeFileSync(at('file'), '');

/** The start with a config that nobody but the environment names, as in the image; as a user who is not root if need be. */
function run(config: string, words: readonly string[], isNobody = false) {
  const as = isNobody && isRoot ? [SETPRIV ?? '', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  const env = { PATH: process.env['PATH'] ?? '', LLM_PROXY_CONFIG: config, LLM_PROXY_COMMAND: 'run-it' };
  return [[...as, process.execPath, MAIN, ...words], { cwd: folder, env }] as const;
}

describe.skipIf(process.platform === 'win32')('a config that is there and cannot be reached is not "no config"', () => {
  test.each([
    ['a link to nowhere', 'dangling.yaml', 'it is a symbolic link to nowhere.yaml, which does not exist (mend or'],
    ['a link to itself', 'loop.yaml', 'loop.yaml is a symbolic link to itself (mend or'],
    ['a folder that is a link to nowhere', 'dangling/config.yaml', '/dangling is a symbolic link to nowhere, which'],
    ['a folder that is a file', 'file/config.yaml', '/file is not a folder (name another path)'],
  ])('%s', async (_what, path, reason) => {
    const [served, checked] = await Promise.all([
      command(...run(path, ['--port', '0'])),
      command(...run(path, ['check'])),
    ]);
    for (const { code, out, err } of [served, checked]) {
      expect([code, out]).toEqual([1, '']);
      expect(err).toStartWith(`${path}: the file cannot be reached: `);
      expect(err).toContain(reason);
    }
  });

  test.skipIf(isRoot && SETPRIV === null)('a folder that this user may not enter', async () => {
    const { code, out, err } = await command(...run(at('closed', 'config.yaml'), ['--port', '0'], true));
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(`its folder ${at('closed')} belongs to user ${process.getuid?.()} and has mode 0`);
    expect(err).toContain('(let that user enter it, or run as its owner');
  });

  test('what is surely not there is', async () => {
    const served = start(...run('none/config.yaml', ['--port', '0']));
    await eventually(() => served.stdout().includes('There is no none/config.yaml here'));
    served.signal('SIGTERM');
    expect(await served.exited).toBe(0);
  });
});
