import type { Config } from '../../config/schema.ts';
import type { Feature, FeatureTools } from '../../feature.ts';
import type { Environment } from '../../lib/environment.ts';
import { logSink } from '../sink.ts';
import type { LogSettings } from './log.ts';

/**
 * The lines of requests as a feature, always on. It does not close the log: whoever made it does, for the others have
 * something to say to the very end.
 */
export function createLogSink(
  { log, env }: FeatureTools,
  settingsOf: (config: Config, env: Environment) => LogSettings,
): Feature {
  return {
    name: 'log',
    isOn: () => true,
    sink: logSink(log),
    configure: (config) => log.configure(settingsOf(config, env)),
  };
}
