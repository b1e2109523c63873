import type { Night } from './night.ts';
import { terminalSvg } from './terminal-svg.ts';

const COMMENT = (text: string): string => `\x1b[2m# ${text}\x1b[22m`;
const REQUEST = `curl -i http://127.0.0.1:8765/v1/chat/completions -d '{"model":"assistant", …}'`;

/** The failover of the night as it looks in two terminals: what the application gets, and what the console prints. */
export function failoverPicture({ failover: { status, head, text, console } }: Night): string {
  const fields = head.split('\n').filter((line) => line.startsWith('x-llm-proxy-'));
  const shown = [
    COMMENT('the application asks, and gets a plain answer: from the second backend'),
    `\x1b[36m$\x1b[39m ${REQUEST}`,
    `HTTP/1.1 \x1b[32m${status}\x1b[39m`,
    ...fields,
    '',
    text,
    '',
    COMMENT('the console shows each attempt: what came, and what follows'),
    // The whole trace ID would make the picture half as wide again.
    console.replace(/(trace [\da-f]{8})[\da-f-]+/, '$1…'),
  ].join('\n');
  const label =
    'The application gets status 200, served by the second backend at the second attempt. The console prints both attempts: a 503 of the first backend, which now cools down, and the answer of the second.';
  return terminalSvg(shown, { title: 'llm-proxy', label });
}
