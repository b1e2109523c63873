import type { Config } from '../config/schema.ts';
import { VERSION } from '../lib/version.ts';

/** How many aliases are worth reading in a start-up message. */
const SHOWN_ALIASES = 12;

/** What a person reads when the gateway starts: where it is, what it serves, what is dangerous, and a command that shows it at work. */
export function banner(config: Config, address: string, file: string | undefined, dangers: readonly string[]): string {
  const aliases = Object.entries(config.models).flatMap(([name, { enabled }]) => (enabled ? [name] : []));
  const shown = aliases.slice(0, SHOWN_ALIASES).join(', ');
  const more = aliases.length > SHOWN_ALIASES ? `, and ${aliases.length - SHOWN_ALIASES} more` : '';
  const providers = config.backends.filter(({ enabled, url }) => enabled && url !== 'demo:').map(({ name }) => name);
  const lines = [
    `llm-proxy ${VERSION} listens on ${address}`,
    file === undefined
      ? `There is no config.yaml here, so it serves the embedded demo${providers.length > 0 ? ` and, by the keys in the environment, ${providers.join(', ')}` : ''}. \`llm-proxy init\` writes a config.`
      : `Config: ${file}`,
    `Models: ${shown === '' ? 'none' : shown}${more}`,
    ...dangers.map((danger) => `WARNING: ${danger}`),
  ];
  const first = aliases.find((name) => !name.endsWith('*'));
  if (first !== undefined)
    lines.push('Try:', `  ${curl(address, first, config.proxy_api_key !== undefined || config.keys !== undefined)}`);
  return `${lines.join('\n')}\n`;
}

function curl(address: string, model: string, needsKey: boolean): string {
  const socket = address.startsWith('unix:') ? `--unix-socket ${address.slice('unix:'.length)} ` : '';
  const base = socket === '' ? address : 'http://localhost';
  const key = needsKey ? ` -H "Authorization: Bearer $LLM_PROXY_KEY"` : '';
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] });
  return `curl ${socket}${base}/v1/chat/completions${key} -H 'Content-Type: application/json' -d '${body}'`;
}
