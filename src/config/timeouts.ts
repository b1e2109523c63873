import type { Timeouts } from '../core/route.ts';
import type { Config } from './schema.ts';

type TimeoutConfig = Config['timeout'];

/** The time limits of an attempt, as the config has them. */
export function resolveTimeouts(config: TimeoutConfig): Timeouts {
  return {
    connectMs: offAsInfinity(config.connect_timeout),
    firstByteMs: config.first_byte_timeout === undefined ? undefined : offAsInfinity(config.first_byte_timeout),
    readMs: offAsInfinity(config.read_timeout),
    writeMs: offAsInfinity(config.write_timeout),
    totalMs: offAsInfinity(config.total_timeout),
  };
}

/** The values that are set: an absent one must not hide that of a wider scope. */
export function defined(
  values: { readonly [K in keyof TimeoutConfig]?: number | undefined } | undefined,
): Partial<TimeoutConfig> {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== undefined));
}

/** In a config, 0 is for ever. */
export function offAsInfinity(ms: number): number {
  return ms === 0 ? Infinity : ms;
}
