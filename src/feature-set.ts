import type { Policy } from './admission/policy.ts';
import type { Config } from './config/schema.ts';
import type { Feature } from './feature.ts';
import type { Log } from './records/log/log.ts';
import type { Family } from './records/metrics/prometheus.ts';
import type { Sink } from './records/sink.ts';
import type { ServingLink } from './serving/serving-link.ts';
import type { Snapshot } from './snapshot.ts';

/** All features together, through the life of the process: started, configured by each config, closed. */
export class FeatureSet {
  /** Those that are on, for records. One array for good: requests that began under another config end with these as well. */
  readonly sinks: Sink[] = [];
  #on: readonly Feature[] = [];
  readonly #started = new Set<Feature>();
  #closed: Promise<void> | undefined;

  constructor(
    readonly all: readonly Feature[],
    private readonly log: Log,
  ) {}

  /** The policies that a config turns on, in their order. */
  policiesOf(config: Config): readonly Policy[] {
    return this.all.flatMap((feature) =>
      feature.policy !== undefined && feature.isOn(config) ? [feature.policy] : [],
    );
  }

  /** The links that a config turns on, in their order. */
  linksOf(config: Config): readonly ServingLink[] {
    return this.all.flatMap((feature) => (feature.link !== undefined && feature.isOn(config) ? [feature.link] : []));
  }

  /** Starts those that `config` is the first to turn on, one after another. Rejects with what the first rejects with that cannot start. */
  async start(config: Config): Promise<void> {
    for (const feature of this.all) {
      if (this.#started.has(feature) || !feature.isOn(config)) continue;
      await feature.start?.(config);
      this.#started.add(feature);
    }
  }

  /** Puts a config into force, of which those that it turns on have started. */
  configure(config: Config, snapshot: Snapshot): void {
    if (this.#closed !== undefined) return;
    for (const feature of this.all) feature.configure(config, snapshot);
    this.#on = this.all.filter((feature) => feature.isOn(config));
    this.sinks.splice(0, Infinity, ...sinksOf(this.#on));
  }

  /** What `/metrics` shows of those that are on. */
  families(): readonly Family[] {
    return this.#on.flatMap(({ families = [] }) => families);
  }

  /** What is wrong with those that are on, by name; undefined if nothing is. */
  degraded(): Readonly<Record<string, string>> | undefined {
    return byName(this.#on, (feature) => feature.degraded?.());
  }

  /** What those that are on tell operators, by name; undefined if nothing. */
  status(): Readonly<Record<string, object>> | undefined {
    return byName(this.#on, (feature) => feature.status?.());
  }

  /** Closes those that have started, the last first. One that fails is logged, and the others are closed all the same. */
  close(): Promise<void> {
    return (this.#closed ??= this.#closeAll());
  }

  async #closeAll(): Promise<void> {
    for (const feature of this.all.toReversed()) {
      const { name, sink, close } = feature;
      if (close === undefined || !this.#started.has(feature)) continue;
      // Whatever comes now would be lost in it.
      if (sink !== undefined && this.sinks.includes(sink)) this.sinks.splice(this.sinks.indexOf(sink), 1);
      try {
        await close.call(feature);
      } catch (error) {
        this.log.error('a part of the gateway did not close well', { feature: name, err: error });
      }
    }
  }
}

function sinksOf(features: readonly Feature[]): Sink[] {
  return features.map(({ sink }) => sink).filter((sink) => sink !== undefined);
}

function byName<V>(
  features: readonly Feature[],
  valueOf: (feature: Feature) => V | undefined,
): Readonly<Record<string, V>> | undefined {
  const values = features.flatMap((feature) => {
    const value = valueOf(feature);
    return value === undefined ? [] : [[feature.name, value] as const];
  });
  return values.length === 0 ? undefined : Object.fromEntries(values);
}
