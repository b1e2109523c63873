// The executable carries the console, and is hardly larger for it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'bun:test';
import { buildFiles } from '../../src/console/build-files.ts';
import { pack, unpack } from '../../src/console/packed-files.ts';
import { endAll, start } from '../kit/command.ts';
import { started } from '../kit/demo.ts';
import { executable } from '../kit/executable.ts';
import { findFreePort } from '../kit/gateway.ts';

const MOST_BYTES = 3_000_000;
const program = await executable();
const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-console-'));
afterAll(() => {
  endAll();
  rmSync(dir, { recursive: true, force: true });
});

test('the executable serves the console from a folder with nothing in it', async () => {
  const port = await findFreePort();
  const gateway = start([program], { cwd: dir, env: { LLM_PROXY_LISTEN: `127.0.0.1:${port}` } });
  await started(gateway);
  const url = `http://127.0.0.1:${port}`;
  const page = await fetch(url, { headers: { accept: 'text/html' } });
  const html = await page.text();
  const files = html.match(/\/console\/assets\/[\w.-]+/g) ?? [];
  expect([page.status, files.length]).toEqual([200, 3]);
  for (const file of files) {
    const answer = await fetch(url + file);
    expect([file, answer.status, (await answer.text()).length > 100]).toEqual([file, 200, true]);
  }
  gateway.signal('SIGTERM');
  expect(await gateway.exited).toBe(0);
});

test(`what it carries is less than ${MOST_BYTES / 1e6} MB, and comes out as it went in`, async () => {
  const files = await buildFiles();
  const packed = pack(files);
  expect(packed.length).toBeLessThan(MOST_BYTES);
  expect(unpack(packed)).toEqual(files);
});
