// What pages of the console read all day is no news for the log; what anybody changes is, and what anybody else reads.
import { expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import { eventually } from '../kit/settled.ts';
import { signInWith } from './console-client.ts';

const KEY = 'the-admin-key-0123456789';
const CONSOLE = { 'x-llm-proxy-console': '1' };

test.each([
  ['info', ['/admin/status', '/admin/reload', '/console/session', '/admin/nothing']],
  [
    'debug',
    ['/admin/status', '/admin/backends', '/admin/overview', '/admin/reload', '/console/session', '/admin/nothing'],
  ],
] as const)('at level %s', async (level, paths) => {
  const gateway = await startGateway({
    config: {
      admin: { api_key: KEY },
      logging: { base_dir: './logs', separate_files: true, level, console_level: level, console_format: 'json' },
    },
  });
  const ask = async (path: string, headers: Readonly<Record<string, string>>, method = 'GET') => {
    const answer = await send(`${gateway.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}`, ...headers },
    });
    await answer.whole();
  };
  const session = await signInWith(gateway.url, KEY);
  await session.ask('GET', '/admin/backends');
  await ask('/admin/overview', CONSOLE);
  // These are told of: a script's reading, a change, an error.
  await ask('/admin/status', {});
  await ask('/admin/reload', CONSOLE, 'POST');
  await ask('/admin/nothing', CONSOLE);
  const told = (lines: readonly { readonly path?: unknown }[]): string[] =>
    [...new Set(lines.map(({ path }) => String(path)))].toSorted();
  await eventually(() => told(gateway.logs()).includes('/admin/nothing'));
  const inFiles = told(gateway.logs());
  await gateway.stop();
  const shown = gateway
    .stderr()
    .split('\n')
    .filter((line) => line.includes('"msg":"request"'))
    .map((line) => JSON.parse(line) as { readonly path: string });
  expect(told(shown)).toEqual([...paths].toSorted());
  expect(inFiles).toEqual([...paths].toSorted());
});
