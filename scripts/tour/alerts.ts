import { program } from '../../test/kit/program.ts';
import { startPrometheus, type ActiveAlert, type Prometheus } from '../../test/kit/prometheus.ts';
import { SPEED, type Stage } from './stage.ts';

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
  return new AlertWatch(await startPrometheus(prometheus, new URL(stage.url).host, SPEED), stage);
}

/** What fires at a Prometheus whose rules have windows as much shorter as the night is. */
export class AlertWatch {
  readonly #fired = new Map<string, Fired>();
  readonly #polling: Promise<void>;
  #isOn = true;

  constructor(
    private readonly prometheus: Prometheus,
    private readonly stage: Stage,
  ) {
    this.#polling = this.#poll();
  }

  /** In the order in which they fired. */
  get fired(): readonly Fired[] {
    return [...this.#fired.values()];
  }

  /** Resolves when an alert of this name has fired; rejects if that takes too long. */
  async untilFired(alert: string): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!this.fired.some((one) => one.alert === alert)) {
      this.prometheus.expectRunning();
      if (Date.now() > end)
        throw new Error(`${alert} has not fired. Fired: ${[...this.#fired.keys()].join(', ') || 'none'}.`);
      await Bun.sleep(POLL_MS);
    }
  }

  async stop(): Promise<void> {
    this.#isOn = false;
    await this.#polling;
    await this.prometheus.stop();
  }

  async #poll(): Promise<void> {
    while (this.#isOn) {
      await Bun.sleep(POLL_MS);
      // One that has ended is told by whoever waits for an alert.
      const alerts = await this.prometheus.alerts().catch(() => []);
      for (const alert of alerts) this.#note(alert);
    }
  }

  #note({ state, labels, annotations }: ActiveAlert): void {
    const summary = annotations['summary'] ?? '';
    const key = `${labels['alertname']} ${summary}`;
    if (state !== 'firing' || this.#fired.has(key)) return;
    const at = new Date(this.stage.now()).toISOString().slice(11, 16);
    this.#fired.set(key, { at, alert: labels['alertname'] ?? '', severity: labels['severity'] ?? '', summary });
  }
}
