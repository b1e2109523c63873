import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findFreePort } from './gateway.ts';
import { scaledRules } from './scaled-rules.ts';
import { eventually } from './settled.ts';

const RULES = join(import.meta.dir, '../../deploy/prometheus/alerts.yml');
/** Often enough for the shortest of the rules' windows. */
const INTERVAL = '500ms';
const START_MS = 60_000;

/** An alert that is pending or fires. */
export interface ActiveAlert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A Prometheus that watches a gateway by the rules that are shipped. */
export interface Prometheus {
  alerts(): Promise<readonly ActiveAlert[]>;
  /** Throws, with its log, if it has ended. */
  expectRunning(): void;
  stop(): Promise<void>;
}

/**
 * Starts the program for a gateway at `target` (host and port), with all lengths of time in the rules divided by `factor`.
 * Resolves when it has scraped the gateway, and no alert is active: before the first scrape there is no gateway, which is one.
 */
export async function startPrometheus(program: string, target: string, factor: number): Promise<Prometheus> {
  const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-prometheus-'));
  const port = await findFreePort();
  writeFileSync(join(dir, 'alerts.yml'), scaledRules(readFileSync(RULES, 'utf8'), factor));
  writeFileSync(join(dir, 'prometheus.yml'), configOf(target));
  const files = [`--config.file=${dir}/prometheus.yml`, `--storage.tsdb.path=${dir}/data`];
  const log = join(dir, 'log');
  const child = Bun.spawn([program, ...files, `--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: Bun.file(log),
  });
  const ask = async <T>(path: string): Promise<T> => {
    const { data } = (await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json()) as { data: T };
    return data;
  };
  const prometheus: Prometheus = {
    alerts: async () => (await ask<{ alerts: readonly ActiveAlert[] }>('alerts')).alerts,
    expectRunning() {
      if (child.exitCode !== null) throw new Error(`Prometheus ended: ${readFileSync(log, 'utf8')}`);
    },
    async stop() {
      child.kill('SIGTERM');
      await child.exited;
      rmSync(dir, { recursive: true });
    },
  };
  const hasBegun = async (): Promise<boolean> => {
    if (child.exitCode !== null) return true;
    const { result } = await ask<{ result: readonly unknown[] }>('query?query=up==1');
    return result.length > 0 && (await prometheus.alerts()).length === 0;
  };
  try {
    await eventually(hasBegun, { timeoutMs: START_MS, everyMs: 50 });
    prometheus.expectRunning();
  } catch (error) {
    await prometheus.stop();
    throw error;
  }
  return prometheus;
}

function configOf(target: string): string {
  return stringify({
    global: { scrape_interval: INTERVAL, scrape_timeout: INTERVAL, evaluation_interval: INTERVAL },
    rule_files: ['alerts.yml'],
    scrape_configs: [{ job_name: 'llm-proxy', static_configs: [{ targets: [target] }] }],
  });
}
