// A process whose event loop stands still answers nothing, not even a signal: it is ended from outside the loop.
import { afterEach, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway, GatewayOptions } from '../kit/gateway.ts';
import { eventually } from '../kit/settled.ts';

const CONFIG = {
  backends: [{ name: 'demo', url: 'demo:' }],
  models: { demo: { routes: [{ backend: 'demo', model: 'demo' }] } },
  server: { watchdog: '1s' },
};

const gateways: Gateway[] = [];

afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.stop('SIGKILL');
});

/** A gateway whose loop stands still from SIGUSR2 on. */
async function started({ env, ...options }: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const preload = `--preload=${join(import.meta.dir, 'block-loop.ts')}`;
  const gateway = await startGateway({ config: CONFIG, env: { BUN_OPTIONS: preload, ...env }, ...options });
  gateways.push(gateway);
  return gateway;
}

test.each([
  ['computes', {}, 'busy'],
  ['waits for the system', { HOW: 'wait' }, 'waiting'],
])('one that %s is ended with a code and a line of its own', async (_, env, state) => {
  const gateway = await started({ env });
  await eventually(() => existsSync(`${gateway.dir}/logs/general.log`));
  gateway.signal('SIGUSR2');
  expect(await gateway.exited).toBe(70);
  const line = gateway
    .stderr()
    .split('\n')
    .find((one) => one.includes('stands still'));
  expect(line).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ERROR the event loop stands still: the process is ended  limit_ms=1000  main_thread=\w+$/,
  );
  const last = readFileSync(`${gateway.dir}/logs/general.log`, 'utf8').trimEnd().split('\n').at(-1);
  expect(JSON.parse(last ?? '')).toMatchObject({ level: 'error', limit_ms: 1000 });
  if (process.platform === 'linux') expect(JSON.parse(last ?? '').main_thread).toBe(state);
});

test('SIGTERM ends one that cannot hear it', async () => {
  const gateway = await started();
  gateway.signal('SIGUSR2');
  gateway.signal('SIGTERM');
  expect(await gateway.exited).toBe(70);
});

test('one that was suspended for longer than the limit goes on', async () => {
  const gateway = await started({ config: { ...CONFIG, server: { watchdog: '2s' } } });
  gateway.signal('SIGSTOP');
  await Bun.sleep(2500);
  gateway.signal('SIGCONT');
  // More than a limit's worth of the gateway's own time, which it must live through.
  const until = performance.now() + 2300;
  while (performance.now() < until) {
    expect((await send(`${gateway.url}/health`)).status).toBe(200);
    await Bun.sleep(100);
  }
  expect(gateway.stderr()).not.toContain('stands still');
  expect(await gateway.stop()).toBe(0);
});

test('one that stands still for ever is let be where the watchdog is off, and a reload sets it on', async () => {
  const off = { ...CONFIG, server: { watchdog: 0 } };
  const gateway = await started({ config: off });
  gateway.writeConfig(CONFIG);
  gateway.signal('SIGHUP');
  await eventually(() => gateway.stderr().includes('config reloaded'));
  gateway.signal('SIGUSR2');
  expect(await gateway.exited).toBe(70);

  const other = await started({ config: off });
  other.signal('SIGUSR2');
  // Twice the limit that the reload has set above.
  const how = await Promise.race([other.exited, Bun.sleep(2000)]);
  expect(how).toBeUndefined();
});

test('a shutdown that does not come to its end is ended, though the loop turns', async () => {
  const watchdog = JSON.stringify(join(import.meta.dir, '../../src/server/watchdog.ts'));
  const script = `
    const { Watchdog } = await import(${watchdog});
    const watchdog = new Watchdog({}, console.error);
    watchdog.configure({ limitMs: 1000, logFile: undefined, asJson: false, consoleAsJson: true });
    watchdog.stopping(500);
    setInterval(() => undefined, 100);`;
  const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'ignore', stderr: 'pipe' });
  expect(await child.exited).toBe(70);
  expect(JSON.parse(await child.stderr.text())).toMatchObject({ limit_ms: 500 });
});
