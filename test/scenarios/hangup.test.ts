import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '../kit/settled.ts';

const MAIN = resolve(import.meta.dir, '../../src/main.ts');
const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-hangup-'));
const children: Bun.Subprocess[] = [];

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.map(({ exited }) => exited));
  rmSync(dir, { recursive: true });
});

/** Starts the gateway on a terminal of its own, and waits until it says that it has started. */
async function onTerminal(words: readonly string[]) {
  let shown = '';
  const child = Bun.spawn([process.execPath, MAIN, ...words], {
    cwd: dir,
    env: { PATH: process.env['PATH'] ?? '', TERM: 'dumb' },
    terminal: { data: (_terminal, data) => void (shown += Buffer.from(data).toString()) },
  });
  children.push(child);
  await eventually(() => shown.includes('started'));
  return { child, shown: () => shown };
}

describe.skipIf(process.platform === 'win32')('SIGHUP on a terminal', () => {
  test('ends a gateway without a config, for there is nothing to reload', async () => {
    const { child } = await onTerminal(['--port', '0']);
    child.kill('SIGHUP');
    expect(await child.exited).toBe(0);
  });

  test('ends it when the terminal goes', async () => {
    const { child } = await onTerminal(['--port', '0']);
    child.terminal?.close();
    expect(await child.exited).toBe(0);
  });

  test('reloads a config', async () => {
    writeFileSync(join(dir, 'config.yaml'), 'listen: 127.0.0.1:0\nlogging: {base_dir: ""}\n');
    const { child, shown } = await onTerminal(['-c', 'config.yaml']);
    child.kill('SIGHUP');
    await eventually(() => shown().includes('config reloaded'));
    child.kill('SIGTERM');
    expect(await child.exited).toBe(0);
  });
});
