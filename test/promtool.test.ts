// The alerts and the metrics page, judged by Prometheus itself.
import { afterAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Glob } from 'bun';
import { parse } from 'yaml';
import { send } from './kit/client.ts';
import { startGateway } from './kit/gateway.ts';
import type { Gateway } from './kit/gateway.ts';
import type { Json } from './kit/json.ts';
import { program } from './kit/program.ts';
import { startPrometheus, type ActiveAlert, type Prometheus } from './kit/prometheus.ts';
import { status } from './kit/replies.ts';
import { eventually } from './kit/settled.ts';
import { startUpstream } from './kit/upstream.ts';

const DIR = join(import.meta.dir, '../deploy/prometheus');
const RULES = readFileSync(join(DIR, 'alerts.yml'), 'utf8');
const promtool = await program('promtool', { apt: 'prometheus', path: 'usr/bin/promtool' });
const prometheus = await program('prometheus', { apt: 'prometheus', path: 'usr/bin/prometheus' });
/** All run at once, on as many cores as there are. */
const PATIENCE_MS = 300_000;
const ended: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  for (const end of ended.reverse()) await end();
});

describe.skipIf(promtool === undefined)('promtool', () => {
  const files = [...new Glob('tests/*.yml').scanSync({ cwd: DIR })].sort();

  test('takes the rules', async () => expect(await run('check', 'rules', 'alerts.yml')).toContain('SUCCESS'));

  test('every alert has a test in which it fires', () => {
    const texts = files.map((file) => readFileSync(join(DIR, file), 'utf8')).join();
    for (const { alert } of parse(RULES).groups.flatMap((group: Json) => group.rules)) {
      if (alert !== undefined) expect(texts).toContain(`alertname="${alert}"`);
    }
  });

  test.concurrent.each(files)(
    '%s: each series makes those alerts fire that it should, and no other',
    async (file) => {
      expect(await run('test', 'rules', file)).toContain('SUCCESS');
    },
    PATIENCE_MS,
  );

  async function run(...args: string[]): Promise<string> {
    const child = Bun.spawn([promtool ?? '', ...args], { cwd: DIR, stdout: 'pipe', stderr: 'pipe' });
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    expect([err, code]).toEqual(['', 0]);
    return out;
  }
});

/** A minute of the rules is half a second of the test, and one scrape. */
const FACTOR = 120;

// What fires while failover hides a refused key: test/tour.test.ts.
describe.skipIf(prometheus === undefined)('a Prometheus that watches a gateway', () => {
  // At the same time as those above: they compute, and this one mostly waits.
  test.concurrent(
    'tells of clients let down, and of a broken config',
    async () => {
      const provider = await startUpstream(status(500));
      ended.push(() => provider.stop());
      const config = {
        backends: [{ name: 'provider', url: provider.url }],
        models: { chat: { routes: [{ backend: 'provider', model: 'gpt' }] } },
        fallback: { max_retries: 0, cooldown_seconds: 300 / FACTOR },
      };
      const gateway = await startGateway({ config });
      ended.push(() => gateway.stop());
      await expectAcceptedMetrics(gateway);
      const watch = await startPrometheus(prometheus ?? '', `127.0.0.1:${gateway.port}`, FACTOR);
      ended.push(() => watch.stop());
      const until = (name: string): Promise<ActiveAlert> =>
        eventually(() => firing(name, gateway, watch), { timeoutMs: 50_000, everyMs: 50 });

      const letDown = await until('LlmProxyAliasErrors');
      expect(letDown.labels).toMatchObject({ alias: 'chat', job: 'llm-proxy', severity: 'critical' });
      expect(letDown.annotations['description']).toMatch(/^\d+(\.\d+)?% of the requests for chat failed/);

      gateway.writeConfig({ ...config, models: { chat: { routes: [{ backend: 'nobody', model: 'm' }] } } });
      expect((await until('LlmProxyConfigInvalid')).labels['instance']).toBe(`127.0.0.1:${gateway.port}`);
      await expectAcceptedMetrics(gateway);
    },
    PATIENCE_MS,
  );

  /** Sends a request, and looks whether the alert fires. */
  async function firing(name: string, { url }: Gateway, watch: Prometheus): Promise<ActiveAlert | undefined> {
    const body = { model: 'chat', messages: [{ role: 'user', content: 'hi' }] };
    await (await send(`${url}/v1/chat/completions`, { body })).whole();
    watch.expectRunning();
    return (await watch.alerts()).find(({ state, labels }) => state === 'firing' && labels['alertname'] === name);
  }

  async function expectAcceptedMetrics({ url }: Gateway): Promise<void> {
    const { text } = await (await send(`${url}/metrics`)).whole();
    const child = Bun.spawn([promtool ?? '', 'check', 'metrics'], {
      stdin: Buffer.from(text),
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    expect([out, err, await child.exited]).toEqual(['', '', 0]);
  }
});
