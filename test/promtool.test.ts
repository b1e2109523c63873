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
import { chatAnswer, status } from './kit/replies.ts';
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

/** A minute of the rules is half a second of the test, and one scrape. */
const FACTOR = 120;

describe.skipIf(prometheus === undefined)('a Prometheus that watches a gateway', () => {
  test('tells of a refused key that failover hides, then of clients let down, and of a broken config', async () => {
    const [provider, second] = await Promise.all([
      startUpstream(status(401, { code: 'invalid_api_key' })),
      startUpstream(chatAnswer('served')),
    ]);
    ended.push(() => Promise.all([provider.stop(), second.stop()]));
    const config = {
      backends: [
        { name: 'provider', url: provider.url, api_key: 'sk-of-the-gateway-000' },
        { name: 'second', url: second.url },
      ],
      models: {
        chat: {
          routes: [
            { backend: 'provider', model: 'gpt', priority: 1 },
            { backend: 'second', model: 'other', priority: 2 },
          ],
        },
      },
      fallback: { max_retries: 0, cooldown_seconds: 300 / FACTOR },
    };
    const gateway = await startGateway({ config });
    ended.push(() => gateway.stop());
    await expectAcceptedMetrics(gateway);
    const watch = watchOf(gateway, await startPrometheus(gateway));

    const refused = await watch.until('LlmProxyProviderRefuses');
    expect([[...watch.statuses], [...watch.critical]]).toEqual([[200], []]);
    expect(refused.labels).toMatchObject({ backend: 'provider', model: 'gpt', job: 'llm-proxy', severity: 'warning' });
    expect(refused.annotations.summary).toBe("The provider of provider refuses the gateway's key or account for gpt.");

    second.script(status(500));
    const letDown = await watch.until('LlmProxyAliasErrors');
    expect(letDown.labels).toMatchObject({ alias: 'chat', job: 'llm-proxy', severity: 'critical' });
    expect(letDown.annotations.description).toMatch(/^\d+(\.\d+)?% of the requests for chat failed/);

    gateway.writeConfig({ ...config, models: { chat: { routes: [{ backend: 'nobody', model: 'm' }] } } });
    expect((await watch.until('LlmProxyConfigInvalid')).labels.instance).toBe(`127.0.0.1:${gateway.port}`);
    await expectAcceptedMetrics(gateway);
  });

  /** Sends requests and looks at the alerts, until one fires. */
  function watchOf({ url }: Gateway, prometheusUrl: string) {
    const statuses = new Set<number>();
    const critical = new Set<string>();
    const look = async (name: string): Promise<Json> => {
      const body = { model: 'chat', messages: [{ role: 'user', content: 'hi' }] };
      const answer = await send(`${url}/v1/chat/completions`, { body });
      await answer.whole();
      statuses.add(answer.status);
      const { data }: Json = await (await fetch(`${prometheusUrl}/api/v1/alerts`)).json();
      const firing: Json[] = data.alerts.filter(({ state }: Json) => state === 'firing');
      for (const { labels } of firing) {
        // A machine that is busy for a second looks as if nothing answered.
        const isOfTheMachine = labels.alertname === 'LlmProxyDown';
        if (labels.severity === 'critical' && !isOfTheMachine) critical.add(labels.alertname);
      }
      return firing.find(({ labels }) => labels.alertname === name);
    };
    const until = (name: string): Promise<Json> => eventually(() => look(name), { timeoutMs: 50_000, everyMs: 50 });
    return { statuses, critical, until };
  }

  /** Starts one that scrapes the gateway, with the rules' lengths of time scaled down; resolves to its address. */
  async function startPrometheus(gateway: Gateway): Promise<string> {
    const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-prometheus-'));
    const port = await findFreePort();
    writeFileSync(join(dir, 'alerts.yml'), scaledRules(RULES, FACTOR));
    const config = {
      global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
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
        const asked = (path: string): Promise<Json> =>
          fetch(`${address}/api/v1/${path}`).then((answer) => answer.json());
        const [up, alerts] = await Promise.all([asked('query?query=up'), asked('alerts')]);
        // Before its first scrape there is nothing up.
        return up.data.result[0]?.value[1] === '1' && alerts.data.alerts.length === 0;
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
