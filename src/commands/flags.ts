import { parseListen } from '../config/listen.ts';
import type { ListenFlags } from '../config/listen-choice.ts';
import { isAbsent } from '../lib/unreachable.ts';
import type { CommandLine, Flag, FlagValues } from './command.ts';
import { UsageError } from './command.ts';

/** The config file, for all commands that have to do with one. */
export const CONFIG: Flag = {
  name: 'config',
  short: 'c',
  value: 'PATH',
  help: 'the config file (default: `$LLM_PROXY_CONFIG`, else `config.yaml`)',
};

export const HELP: Flag = { name: 'help', short: 'h', help: 'show help: all commands, or one of them' };
export const VERSION_FLAG: Flag = { name: 'version', help: 'print the version' };

export const LISTEN: Flag = {
  name: 'listen',
  value: 'ADDRESS',
  help: 'where to listen, whatever the config says: `:8765`, `127.0.0.1:8765`, `[::1]:8765`, `unix:/run/llm-proxy.sock`',
};

export const PORT: Flag = {
  name: 'port',
  value: 'N',
  help: 'listen at this port: on every interface if a key is configured, else on 127.0.0.1; 0 takes a free one',
};

const DEFAULT_PATH = 'config.yaml';

/** The config file that a command is about, whether it exists or not. */
export function configPath({ flags, env }: Pick<CommandLine, 'flags' | 'env'>): string {
  return flags.value(CONFIG) ?? defaultPath(env);
}

/** The config file to serve; undefined where no flag names one and there is surely none where one would be. */
export function servedPath({ flags, env }: Pick<CommandLine, 'flags' | 'env'>): string | undefined {
  const named = flags.value(CONFIG);
  if (named !== undefined) return named;
  const path = defaultPath(env);
  return isAbsent(path) ? undefined : path;
}

function defaultPath(env: CommandLine['env']): string {
  const path = env['LLM_PROXY_CONFIG'] ?? '';
  return path === '' ? DEFAULT_PATH : path;
}

/** Reads the flags that say where to listen; throws a UsageError for what is no address. */
export function listenFlags(flags: FlagValues): ListenFlags {
  const [listen, port] = [flags.value(LISTEN), flags.value(PORT)];
  if (listen !== undefined && port !== undefined) throw new UsageError('--listen and --port exclude each other');
  if (port !== undefined) {
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
      throw new UsageError(`--port ${port} is not a port (0 to 65535)`);
    return { port: Number(port) };
  }
  if (listen === undefined) return {};
  try {
    parseListen(listen);
  } catch (error) {
    throw new UsageError(`--listen ${listen} ${(error as Error).message}`);
  }
  return { listen };
}
