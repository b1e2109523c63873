import type { Config } from '../../config/schema.ts';
import type { Feature, FeatureTools } from '../../feature.ts';

/** The metrics as a feature: without `/metrics` nothing is counted. */
export function createMetricsSink({ metrics }: FeatureTools): Feature {
  return {
    name: 'metrics',
    isOn,
    sink: metrics,
    configure(config, { aliases }) {
      if (isOn(config)) metrics.expect([...aliases.values()]);
    },
  };
}

function isOn({ metrics }: Config): boolean {
  return metrics.enabled;
}
