// The alerts and the metrics page, judged by Prometheus itself.
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Glob } from 'bun';
import { parse } from 'yaml';
import { send } from './kit/client.ts';
import { findFreePort, startGateway } from './kit/gateway.ts';
import type { Gateway } from './kit/gateway.ts';
import type { Json } from './kit/json.ts';
import { program } from './kit/program.ts';
import { status } from './kit/replies.ts';
import { scaledRules } from './kit/scaled-rules.ts';
import { eventually } from './kit/settled.ts';
import { startUpstream } from './kit/upstream.ts';

const DIR = join(import.meta.dir, '../deploy/prometheus');
const RULES = readFileSync(join(DIR, 'alerts.yml'), 'utf8');
const promtool = await program('promtool', { apt: 'prometheus', path: 'usr/bin/promtool' });
const prometheus = await program('prometheus', { apt: 'prometheus', path: 'usr/bin/prometheus' });
const ended: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  for (const end of ended.reverse()) await end();
});

describe.skipIf(promtool === undefined)('promtool', () => {
  const files = [...new Glob('tests/*.yml').scanSync({ cwd: DIR })].sort();

  test('takes the rules', async () => expect(await run('check', 'rules', 'alerts.yml')).toContain('SUCCESS'));

  test.concurrent.each(files)('%s: each series makes those alerts fire that it should, and no other', async (file) => {
    expect(await run('test', 'rules', file)).toContain('SUCCESS');
  });

  test('every alert has a test in which it fires', () => {
    const texts = files.map((file) => readFileSync(join(DIR, file), 'utf8')).join();
    for (const { alert } of parse(RULES).groups.flatMap((group: Json) => group.rules)) {
      if (alert !== undefined) expect(texts).toContain(`alertname="${alert}"`);
    }
  });

  async function run(...args: string[]): Promise<string> {
    const child = Bun.spawn([promtool ?? '', ...args], { cwd: DIR, stdout: 'pipe', stderr: 'pipe' });
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    expect([err, code]).toEqual(['', 0]);
    return out;
  }
});

/** A minute of the rules is half a second of the test. */
const FACTOR = 120;

describe.skipIf(prometheus === undefined)('a Prometheus that watches a gateway', () => {
  test('a provider that refuses every request is told of, though every client is served', async () => {
    const provider = await startUpstream(status(401, { code: 'invalid_api_key' }));
    ended.push(() => provider.stop());
    const gateway = await startGateway({
      config: {
        backends: [
          { name: 'provider', url: provider.url, api_key: 'sk-of-the-gateway-000' },
          { name: 'demo', url: 'demo:' },
        ],
        models: {
          chat: {
            routes: [
              { backend: 'provider', model: 'gpt', priority: 1 },
              { backend: 'demo', model: 'demo', priority: 2 },
            ],
          },
        },
        fallback: { cooldown_seconds: 300 / FACTOR },
      },
    });
    ended.push(() => gateway.stop());
    await expectAcceptedMetrics(gateway);
    const address = await startPrometheus(gateway);

    const statuses = new Set<number>();
    const critical = new Set<string>();
    const alert = await eventually(
      async () => {
        const body = { model: 'chat', messages: [{ role: 'user', content: 'hi' }] };
        const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
        await answer.whole();
        statuses.add(answer.status);
        const { data }: Json = await (await fetch(`${address}/api/v1/alerts`)).json();
        for (const { labels } of data.alerts) if (labels.severity === 'critical') critical.add(labels.alertname);
        return data.alerts.find(
          ({ state, labels }: Json) => state === 'firing' && labels.alertname === 'LlmProxyProviderRefuses',
        );
      },
      { timeoutMs: 50_000 },
    );
    expect([[...statuses], [...critical]]).toEqual([[200], []]);
    expect(alert.labels).toMatchObject({ backend: 'provider', model: 'gpt', job: 'llm-proxy', severity: 'warning' });
    expect(alert.annotations.summary).toBe("The provider of provider refuses the gateway's key or account for gpt.");
    await expectAcceptedMetrics(gateway);
  });

  /** Starts one that scrapes the gateway, with the rules' lengths of time scaled down; resolves to its address. */
  async function startPrometheus(gateway: Gateway): Promise<string> {
    const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-prometheus-'));
    const port = await findFreePort();
    writeFileSync(join(dir, 'alerts.yml'), scaledRules(RULES, FACTOR));
    const config = {
      global: { scrape_interval: '250ms', scrape_timeout: '250ms', evaluation_interval: '250ms' },
      rule_files: ['alerts.yml'],
      scrape_configs: [{ job_name: 'llm-proxy', static_configs: [{ targets: [`127.0.0.1:${gateway.port}`] }] }],
    };
    writeFileSync(join(dir, 'prometheus.yml'), JSON.stringify(config));
    const flags = [`--storage.tsdb.path=${dir}/data`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'];
    const child = Bun.spawn([prometheus ?? '', `--config.file=${dir}/prometheus.yml`, ...flags], {
      stdout: 'ignore',
      stderr: Bun.file(join(dir, 'log')),
    });
    ended.push(async () => {
      child.kill();
      await child.exited;
      rmSync(dir, { recursive: true });
    });
    const address = `http://127.0.0.1:${port}`;
    await eventually(
      async () => {
        if (child.exitCode !== null) throw new Error(`Prometheus ended: ${readFileSync(join(dir, 'log'), 'utf8')}`);
        const ready = await fetch(`${address}/-/ready`);
        await ready.body?.cancel();
        return ready.ok;
      },
      { timeoutMs: 30_000 },
    );
    return address;
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
