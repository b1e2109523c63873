import { App } from '../app.ts';
import type { States } from '../config/file-watch.ts';
import { statesOf } from '../config/file-watch.ts';
import type { ListenFlags } from '../config/listen-choice.ts';
import { loadConfig } from '../config/load.ts';
import type { LoadedConfig } from '../config/load.ts';
import { ConfigError, formatProblem } from '../config/problem.ts';
import { demoConfig, withoutFile } from '../config/without-file.ts';
import type { Config } from '../config/schema.ts';
import { demoConfigOf } from '../vendors/demo-config.ts';
import { environmentConfig } from '../vendors/environment-config.ts';
import { demoFolder } from './demo-folder.ts';
import { sayBug, sayInvalid } from './refuse-start.ts';
import type { Environment } from '../lib/environment.ts';
import { watchedPaths } from './watched-paths.ts';

/** Builds the app of a config file, or of the environment; undefined (and said) if it is invalid. */
export async function build(
  file: string | undefined,
  flags: ListenFlags,
  env: Environment,
): Promise<Built | undefined> {
  let format: Config['logging']['console_format'] = 'auto';
  try {
    const { loaded, known } = await load(file, flags, env);
    format = loaded.config.logging.console_format;
    const app = await App.create(loaded.config, file, env);
    app.origins = loaded.origins;
    for (const warning of loaded.warnings) app.log.warn(`config warning: ${formatProblem(warning)}`);
    return { app, loaded, known };
  } catch (error) {
    if (error instanceof ConfigError) await sayInvalid(error, env);
    else await sayBug(error, format, env);
    return undefined;
  }
}

/** A gateway that has not begun to listen, and what it was built from. */
interface Built {
  readonly app: App;
  readonly loaded: LoadedConfig;
  /** How its files were before they were read. */
  readonly known: States;
}

async function load(file: string | undefined, flags: ListenFlags, env: Environment): Promise<Omit<Built, 'app'>> {
  if (file === undefined) return { loaded: await loadWithoutFile(flags, env), known: new Map() };
  // Read twice: only then is it known which files belong to it, and how they were before they were read.
  const { files, config } = await loadConfig(file, env, flags);
  const known = await statesOf([...files, ...watchedPaths(config, file)]);
  return { loaded: await loadConfig(file, env, flags), known };
}

/** The providers whose keys are there and the demo or, where there are none, the demo with a past and a folder for what it keeps. */
async function loadWithoutFile(flags: ListenFlags, env: Environment): Promise<LoadedConfig> {
  const demo = demoConfigOf(env);
  return demo === undefined
    ? withoutFile(environmentConfig(env), flags, env)
    : demoConfig(demo, await demoFolder(), flags, env);
}
