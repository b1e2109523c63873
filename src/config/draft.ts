import { statSync } from 'node:fs';
import type { Environment } from '../lib/environment.ts';
import type { DraftPlace } from './draft-place.ts';
import { diffConfig, type ConfigChange } from './diff.ts';
import { isExposure } from './exposed-secrets.ts';
import { parseConfig, type LoadedConfig } from './load.ts';
import { ConfigError, formatPath, type ConfigProblem } from './problem.ts';
import type { Config } from './schema.ts';
import { SECRET } from './shown-config.ts';
import { dataFolder } from './store-place.ts';

/** What there is to say of a config that is not in force. */
export interface DraftReport {
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
  /** The values that come from variables: only the start of the gateway knows what is in them, so they are not checked. */
  readonly unchecked: readonly string[];
  /** What it would change; undefined where it cannot be known. */
  readonly changes: readonly ConfigChange[] | undefined;
}

/**
 * Checks a draft as the start would check the file, and puts nothing into force. Whoever writes drafts must not learn secrets
 * by them, not even by guessing: variables of the environment are known by name alone, never by value, and of files it is
 * said whether they are there.
 */
export function checkDraft(text: string, { file, env }: DraftPlace, inForce: Config): DraftReport {
  const unchecked = new Set<string>();
  const onVariables = (path: Parameters<typeof formatPath>[0]): void => void unchecked.add(formatPath(path));
  const known = ({ path }: ConfigProblem): boolean => !isWithin(path, unchecked);
  const options = { file, env: placeholders(env), readSecret: presentSecret, onVariables };
  try {
    const loaded = parseConfig(text, options);
    return {
      problems: [],
      // Who may read a file is none of what a draft may find out.
      warnings: loaded.warnings.filter((warning) => known(warning) && !isExposure(warning)),
      unchecked: [...unchecked],
      changes: changesOf(loaded, file, inForce),
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: error.problems.filter(known), warnings: [], unchecked: [...unchecked], changes: undefined };
  }
}

/** Each variable that is set has a value that tells nothing but its name. */
function placeholders(env: Environment): Environment {
  const names = Object.keys(env).filter((name) => (env[name] ?? '') !== '' && !name.startsWith('LLM_PROXY_'));
  return Object.fromEntries(names.map((name) => [name, `${PLACEHOLDER}${name}`]));
}

const PLACEHOLDER = 'value-of-';

/** Stands for what is in a file that is there. */
function presentSecret(path: string): string {
  // What lies behind a variable is not known.
  if (path.includes(PLACEHOLDER)) return IN_FILE;
  if (statSync(path).isFile()) return IN_FILE;
  throw Object.assign(new Error('no file'), { code: 'EISDIR' });
}

const IN_FILE = 'content-of-a-file';

function isWithin(path: string, places: ReadonlySet<string>): boolean {
  for (const place of places)
    if (path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`)) return true;
  return false;
}

/** Without those of secrets, which would tell a right guess from a wrong one, and those that only variables and flags make. */
function changesOf({ config, listen }: LoadedConfig, file: string, inForce: Config): ConfigChange[] {
  const draft = {
    ...config,
    listen: listen.from === 'listen' ? config.listen : inForce.listen,
    data_dir: dataFolder(config.data_dir, file),
  };
  return diffConfig(inForce, draft).filter(
    ({ before, after }) => !(before === SECRET && after === SECRET) && after?.includes(PLACEHOLDER) !== true,
  );
}
