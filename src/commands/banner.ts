import {
  consoleListen,
  type ListenAddress,
  isEverywhere,
  isLoopback,
  localUrl,
  parseListen,
} from '../config/listen.ts';
import { hasKey, type ListenChoice, reasonFor } from '../config/listen-choice.ts';
import type { Config } from '../config/schema.ts';
import { commandLine, shellWord } from '../lib/called-as.ts';
import { VERSION } from '../lib/version.ts';

/** How many aliases are worth reading in a start-up message. */
const SHOWN_ALIASES = 12;

/** What the start-up message is about. */
export interface Started {
  readonly config: Config;
  readonly listen: ListenChoice;
  readonly address: ListenAddress;
  /** The config file; undefined: there is none, where `missing` would be one. */
  readonly file: string | undefined;
  readonly missing: string;
  readonly dangers: readonly string[];
}

/** What a person reads when the gateway starts: where it is, what it serves, what is dangerous, and a command that shows it at work. */
export function banner(started: Started): string {
  const { config, address, file, missing, dangers } = started;
  const aliases = Object.entries(config.models).flatMap(([name, { enabled }]) => (enabled ? [name] : []));
  const shown = aliases.slice(0, SHOWN_ALIASES).join(', ');
  const more = aliases.length > SHOWN_ALIASES ? `, and ${aliases.length - SHOWN_ALIASES} more` : '';
  const providers = config.backends.filter(({ enabled, url }) => enabled && url !== 'demo:').map(({ name }) => name);
  const isClosed = hasKey(config);
  const lines = [
    `llm-proxy ${VERSION} listens on ${placeOf(address)}${reasonFor(started.listen, config)}`,
    file === undefined
      ? `There is no ${missing} here, so it serves the embedded demo${providers.length > 0 ? ` and, by the keys in the environment, ${providers.join(', ')}` : ''}. \`${commandLine('init')}\` writes a config.`
      : `Config: ${file}`,
    `Models: ${shown === '' ? 'none' : shown}${more}`,
    ...dangers.map((danger) => `WARNING: ${danger}`),
  ];
  if (config.admin.console.enabled) lines.push(...consoleLines(config, address));
  const first = askable(config);
  if (first !== undefined) lines.push(invitation(config, isClosed), `  ${curl(address, first, isClosed)}`);
  return `${lines.join('\n')}\n`;
}

/** Where a browser finds the console; of a Unix socket it finds none. */
function consoleLines({ admin, isDemo, data_dir: dir }: Config, address: ListenAddress): string[] {
  const own = admin.listen === undefined ? address : parseListen(consoleListen(admin.listen));
  // A port that the system chooses is known of the gateway's own address alone.
  if (own.kind === 'unix' || own.port === 0) return [];
  const hasHistory = isDemo === true && dir !== undefined;
  return [`Console: ${localUrl(own)}/${hasHistory ? ' (with made-up traffic to look at)' : ''}`];
}

/** Where no key stands in the config, one may have to be made first. */
function invitation({ proxy_api_key: own, keys = [] }: Config, isClosed: boolean): string {
  if (!isClosed) return 'Try:';
  if (own !== undefined || keys.length > 0) return "Try, with the gateway's key in LLM_PROXY_KEY:";
  return `Make a key with \`${commandLine('keys', 'create', 'NAME', '--model', '*')}\`, put it into LLM_PROXY_KEY, and try:`;
}

/** Where clients find the gateway, and who does. */
function placeOf(address: ListenAddress): string {
  if (address.kind === 'unix') return `the Unix socket ${address.path}`;
  const url = localUrl(address);
  if (isLoopback(address)) return `${url}, for this machine alone`;
  return isEverywhere(address) ? `every interface, port ${address.port}; on this machine ${url}` : url;
}

/** The first name that a client may ask for. */
function askable({ models }: Config): string | undefined {
  for (const [name, { enabled, list = [] }] of Object.entries(models)) {
    const asked = name.endsWith('*') ? list[0] : name;
    if (enabled && asked !== undefined) return asked;
  }
  return undefined;
}

function curl(address: ListenAddress, model: string, needsKey: boolean): string {
  const [socket, base] =
    address.kind === 'unix'
      ? [`--unix-socket ${shellWord(address.path)} `, 'http://localhost']
      : ['', localUrl(address)];
  const key = needsKey ? ` -H "Authorization: Bearer $LLM_PROXY_KEY"` : '';
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] });
  return `curl ${socket}${base}/v1/chat/completions${key} -H 'Content-Type: application/json' -d ${shellWord(body)}`;
}
