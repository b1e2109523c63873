import { formatListen, parseListen } from './listen.ts';
import { ConfigError } from './problem.ts';
import type { Environment } from '../lib/environment.ts';

/** The flags that override `listen` of the config; at most one is set. */
export interface ListenFlags {
  /** `--listen`: an address. */
  readonly listen?: string | undefined;
  /** `--port`: at this port, on loopback unless there is a key. */
  readonly port?: number | undefined;
}

/** Where to listen, and what decided it. */
export interface ListenChoice {
  readonly value: string;
  readonly from: '--listen' | '--port' | 'listen' | 'LLM_PROXY_LISTEN' | 'default';
}

/** The keys of a config that the choice depends on; they need not be valid. */
interface Listening {
  readonly listen?: unknown;
  readonly proxy_api_key?: unknown;
  readonly keys?: unknown;
  readonly admin?: unknown;
  readonly data_dir?: unknown;
  readonly database?: unknown;
}

const DEFAULT_PORT = 8765;

/**
 * Chooses where to listen: by a flag, else the config, else the environment; otherwise on every interface if there is a
 * key, and on loopback if there is none. Throws a ConfigError for an invalid variable.
 */
export function chooseListen({ listen, ...config }: Listening, flags: ListenFlags, env: Environment): ListenChoice {
  if (flags.listen !== undefined) return { value: flags.listen, from: '--listen' };
  if (flags.port !== undefined) return { value: listenAt(flags.port, config), from: '--port' };
  if (typeof listen === 'string') return { value: listen, from: 'listen' };
  const given = env[VARIABLE] ?? '';
  if (given === '') return { value: listenAt(DEFAULT_PORT, config), from: 'default' };
  try {
    parseListen(given);
  } catch (error) {
    throw new ConfigError([{ file: VARIABLE, line: 0, column: 0, path: '', message: (error as Error).message }]);
  }
  return { value: given, from: VARIABLE };
}

/** The flags that listen at the next port of the same interface, for when that of `choice` is taken. */
export function elsewhere({ value, from }: ListenChoice): string[] {
  const address = parseListen(value);
  if (address.kind === 'unix') return ['--port', `${DEFAULT_PORT}`];
  const port = address.port < MOST_PORT ? address.port + 1 : 0;
  return from === 'default' || from === '--port'
    ? ['--port', `${port}`]
    : ['--listen', formatListen({ ...address, port })];
}

const MOST_PORT = 65_535;
const VARIABLE = 'LLM_PROXY_LISTEN';

/** Without a key the gateway is for this machine alone. */
function listenAt(port: number, config: Listening): string {
  return hasKey(config) ? `:${port}` : `127.0.0.1:${port}`;
}

/**
 * Whether clients need a key. A list of keys counts, even an empty one; so does a key for the admin API where that can make
 * keys. It never depends on which keys have been made: the last one that is revoked opens nothing.
 */
export function hasKey(config: Listening): boolean {
  return config.proxy_api_key !== undefined || config.keys !== undefined || canMakeKeys(config);
}

function canMakeKeys({ admin, data_dir: dir, database }: Listening): boolean {
  const hasAdmin = typeof admin === 'object' && admin !== null && 'api_key' in admin && admin.api_key !== undefined;
  return hasAdmin && (dir !== undefined || database !== undefined);
}

/** What decided it, in parentheses, to be shown behind the address; empty if the config did. */
export function reasonFor({ from }: ListenChoice, config: Listening): string {
  if (from === 'listen') return '';
  return ` (${from === 'default' ? `the default ${hasKey(config) ? 'with' : 'without'} a key` : from})`;
}
