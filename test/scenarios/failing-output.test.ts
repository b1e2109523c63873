import { afterAll, describe, expect, test } from 'bun:test';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { send } from '../kit/client.ts';
import { findFreePort } from '../kit/gateway.ts';
import { runShell } from '../kit/processes.ts';
import { eventually } from '../kit/settled.ts';

const MAIN = resolve(import.meta.dir, '../../src/main.ts');
const FULL = '/dev/full';
const hasFull = existsSync(FULL);
const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-output-'));
const children: Bun.Subprocess[] = [];

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.map(({ exited }) => exited));
  rmSync(dir, { recursive: true });
});

/** Runs the program with its standard output on a full disk, or on a pipe whose reader is gone. */
function run(out: 'full' | 'closed', words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const path = join(dir, `${children.length}.err`);
  const files = [openSync(path, 'w'), ...(out === 'full' ? [openSync(FULL, 'w')] : [])];
  const [err = 2, full] = files;
  const child = Bun.spawn([process.execPath, MAIN, ...words], {
    cwd: dir,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdin: 'ignore',
    stdout: full ?? 'pipe',
    stderr: err,
  });
  if (child.stdout instanceof ReadableStream) void child.stdout.cancel();
  for (const file of files) closeSync(file);
  children.push(child);
  return { child, err: () => readFileSync(path, 'utf8') };
}

describe.skipIf(process.platform === 'win32')('the gateway serves although nobody takes what it prints', () => {
  test.each(['full', 'closed'] as const)('%s', async (out) => {
    if (out === 'full' && !hasFull) return;
    const port = await findFreePort();
    const { child, err } = run(out, ['--port', String(port)]);
    await eventually(() => child.exitCode !== null || err().includes('started'));
    expect((await send(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await child.exited).toBe(0);
    expect(err()).not.toContain('bug');
  });
});

describe.skipIf(process.platform === 'win32')('a command whose output cannot be written', () => {
  test.skipIf(!hasFull).each([['schema'], ['--version'], ['help'], ['explain'], ['check'], ['init']])(
    '%s says so and fails',
    async (word) => {
      const config = join(dir, `${word}.yaml`);
      if (word === 'check') await Bun.write(config, 'cors: {}\n');
      const { child, err } = run('full', [word], { LLM_PROXY_CONFIG: config });
      expect(await child.exited).toBe(1);
      expect(err()).toBe('llm-proxy: standard output cannot be written: ENOSPC, no space left on device\n');
    },
  );

  test('init leaves no half of a config', async () => {
    const { code, err, dir } = await initOnFullDisk();
    expect([code, err]).toEqual([1, expect.stringMatching(/^config\.yaml: cannot be written: E[A-Z]+ /)]);
    expect(readdirSync(dir)).toEqual([]);
  });

  test('ends without a word where the reader has gone', async () => {
    const { child, err } = run('closed', ['schema']);
    expect([await child.exited, err()]).toEqual([141, '']);
  });
});

/** With a limit on the size of files, which counts as a full disk does. */
async function initOnFullDisk() {
  const cwd = mkdtempSync(join(dir, 'init-'));
  const env = { PATH: process.env['PATH'] ?? '' };
  const limited = `trap '' XFSZ; ulimit -f 1; exec '${process.execPath}' '${MAIN}' init`;
  return { ...(await runShell(limited, { cwd, env })), dir: cwd };
}
