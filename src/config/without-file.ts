import type { ListenFlags } from './listen-choice.ts';
import { chooseListen } from './listen-choice.ts';
import type { LoadedConfig } from './load.ts';
import { NO_ORIGINS } from './origins.ts';
import { configOf } from './schema.ts';
import { openToAll } from './warnings.ts';
import type { Environment } from '../lib/environment.ts';

/** The config of a demo: that of a gateway without a file, which keeps what it keeps in `dataDir`. */
export function demoConfig(
  found: object,
  dataDir: string | undefined,
  flags: ListenFlags,
  env: Environment,
): LoadedConfig {
  const kept = dataDir === undefined ? found : { ...found, data_dir: dataDir };
  const loaded = withoutFile(kept, flags, env);
  return { ...loaded, config: { ...loaded.config, isDemo: true } };
}

/** The config of a gateway without a config file: it serves `found`, logs to the console, and listens on loopback unless told otherwise. */
export function withoutFile(found: object, flags: ListenFlags, env: Environment): LoadedConfig {
  const listen = chooseListen({}, flags, env);
  const config = configOf({ logging: { base_dir: '' }, ...found }, listen.value);
  const warnings = openToAll(config, listen).map(({ message }) => ({ ...NOWHERE, message }));
  return { config, listen, warnings, files: [], origins: NO_ORIGINS };
}

const NOWHERE = { file: 'without a config', line: 0, column: 0, path: '' };
