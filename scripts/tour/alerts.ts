import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findFreePort } from '../../test/kit/gateway.ts';
import { program } from '../../test/kit/program.ts';
import { scaledRules } from '../../test/kit/scaled-rules.ts';
import { SPEED, type Stage } from './stage.ts';

const RULES = join(import.meta.dir, '../../deploy/prometheus/alerts.yml');
/** Half a minute of the night, a usual interval, would be a second. */
const SCRAPE_MS = 500;
const POLL_MS = 100;
const PATIENCE_MS = 60_000;

/** An alert that fired, with the time of the night (`03:21`) at which it did. */
export interface Fired {
  readonly at: string;
  readonly alert: string;
  readonly severity: string;
  readonly summary: string;
}

/** Starts a Prometheus that watches the gateway by the rules that are shipped; throws where there is none to be had. */
export async function watchAlerts(stage: Stage): Promise<AlertWatch> {
  const prometheus = await program('prometheus', { apt: 'prometheus', path: 'usr/bin/prometheus' });
  if (prometheus === undefined) throw new Error('The tour needs Prometheus: install it, or run on Debian.');
  const watch = new AlertWatch(prometheus, await findFreePort(), stage);
  await watch.until(() => watch.isWatching, 'Prometheus has not scraped the gateway');
  return watch;
}

/** A Prometheus whose rules have windows as much shorter as the night is. */
export class AlertWatch {
  readonly #dir = mkdtempSync(join(tmpdir(), 'llm-proxy-tour-prometheus-'));
  readonly #fired = new Map<string, Fired>();
  readonly #child: Bun.Subprocess<'ignore', 'ignore', 'pipe'>;
  readonly #polling: Promise<void>;
  #isOn = true;
  /** Before the first scrape no gateway is known, which is an alert. */
  isWatching = false;

  constructor(
    prometheus: string,
    private readonly port: number,
    private readonly stage: Stage,
  ) {
    writeFileSync(join(this.#dir, 'alerts.yml'), scaledRules(readFileSync(RULES, 'utf8'), SPEED));
    writeFileSync(join(this.#dir, 'prometheus.yml'), configOf(new URL(stage.url).host));
    const flags = [
      `--config.file=${join(this.#dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(this.#dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    this.#child = Bun.spawn([prometheus, ...flags], { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' });
    this.#polling = this.#poll();
  }

  /** In the order in which they fired. */
  get fired(): readonly Fired[] {
    return [...this.#fired.values()];
  }

  /** Resolves when an alert of this name has fired. */
  async untilFired(alert: string): Promise<void> {
    await this.until(() => this.fired.some((one) => one.alert === alert), `${alert} has not fired`);
  }

  /** Resolves when it is so; rejects with `otherwise` if that takes too long. */
  async until(isSo: () => boolean, otherwise: string): Promise<void> {
    for (const end = Date.now() + PATIENCE_MS; !isSo(); await Bun.sleep(POLL_MS)) {
      if (this.#child.exitCode !== null) throw new Error(`Prometheus ended:\n${await this.#child.stderr.text()}`);
      if (Date.now() > end) throw new Error(`${otherwise}. Fired: ${[...this.#fired.keys()].join(', ') || 'none'}.`);
    }
  }

  async stop(): Promise<void> {
    this.#isOn = false;
    await this.#polling;
    this.#child.kill('SIGTERM');
    await this.#child.exited;
    rmSync(this.#dir, { recursive: true });
  }

  async #poll(): Promise<void> {
    while (this.#isOn) {
      await Bun.sleep(POLL_MS);
      // It takes a moment to start.
      const answer = await this.#ask<{ alerts: readonly ActiveAlert[] }>('alerts').catch(() => undefined);
      if (answer === undefined) continue;
      const { alerts } = answer;
      this.isWatching ||= alerts.length === 0 && (await this.#hasScraped());
      if (this.isWatching) for (const alert of alerts) this.#note(alert);
    }
  }

  #note({ state, labels, annotations }: ActiveAlert): void {
    const summary = annotations['summary'] ?? '';
    const key = `${labels['alertname']} ${summary}`;
    if (state !== 'firing' || this.#fired.has(key)) return;
    const at = new Date(this.stage.now()).toISOString().slice(11, 16);
    this.#fired.set(key, { at, alert: labels['alertname'] ?? '', severity: labels['severity'] ?? '', summary });
  }

  async #hasScraped(): Promise<boolean> {
    return (await this.#ask<{ result: readonly unknown[] }>('query?query=up==1')).result.length > 0;
  }

  async #ask<T>(path: string): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.port}/api/v1/${path}`);
    const { data } = (await response.json()) as { data: T };
    return data;
  }
}

interface ActiveAlert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

function configOf(target: string): string {
  return stringify({
    global: {
      scrape_interval: `${SCRAPE_MS}ms`,
      scrape_timeout: `${SCRAPE_MS}ms`,
      evaluation_interval: `${SCRAPE_MS}ms`,
    },
    rule_files: ['alerts.yml'],
    scrape_configs: [{ job_name: 'llm-proxy', static_configs: [{ targets: [target] }] }],
  });
}
