import { formatListen, parseListen } from './listen.ts';
import { ConfigError } from './problem.ts';
import type { Environment } from '../lib/environment.ts';

/** The flags that say where to listen, whatever the config says; at most one is set. */
export interface ListenFlags {
  /** `--listen`: an address. */
  readonly listen?: string | undefined;
  /** `--port`: at this port, on loopback unless there is a key. */
  readonly port?: number | undefined;
}

/** Where to listen, and who says so. */
export interface ListenChoice {
  readonly value: string;
  readonly from: '--listen' | '--port' | 'listen' | 'LLM_PROXY_LISTEN' | 'default';
}

/** What of a config the choice depends on; it need not be valid. */
interface Listening {
  readonly listen?: unknown;
  readonly proxy_api_key?: unknown;
  readonly keys?: unknown;
}

const DEFAULT_PORT = 8765;

/**
 * Chooses where to listen: as a flag says, or the config, or the environment; otherwise on every interface where a key
 * keeps strangers out, and on loopback where none does. Throws a ConfigError for an environment that says nonsense.
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

/** The flags that take the next port where that of `choice` is taken, on the same interface. */
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

/** Without a key nobody else is to get in. */
function listenAt(port: number, config: Listening): string {
  return hasKey(config) ? `:${port}` : `127.0.0.1:${port}`;
}

/** Whether a key keeps strangers out. A list of keys does, even an empty one. */
export function hasKey({ proxy_api_key: own, keys }: Listening): boolean {
  return own !== undefined || keys !== undefined;
}

/** Who has chosen, in brackets behind the address; '' where the config itself says it. */
export function reasonFor({ from }: ListenChoice, config: Listening): string {
  if (from === 'listen') return '';
  return ` (${from === 'default' ? `the default ${hasKey(config) ? 'with' : 'without'} a key` : from})`;
}
