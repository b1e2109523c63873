import type { LoadedConfig } from './load.ts';
import { configSchema } from './schema.ts';

/** What the gateway serves without a config file: `found`, for this machine alone, its log on the console. */
export function withoutFile(found: object): LoadedConfig {
  return {
    config: configSchema.parse({ listen: '127.0.0.1:8765', logging: { base_dir: '' }, ...found }),
    warnings: [],
    files: [],
  };
}
