import type { Night } from './night.ts';
import { terminalSvg } from './terminal-svg.ts';

const COMMENT = (text: string): string => `\x1b[2m# ${text}\x1b[22m`;

/** The failover of the night as it looks in two terminals: what the application gets, and what the console prints. */
export function failoverPicture({ failover: { status, head, text, console } }: Night): string {
  const told = head.split('\n').filter((line) => line.startsWith('x-llm-proxy-'));
  const shown = [
    COMMENT('what the application gets: a plain answer, from the second backend'),
    `HTTP/1.1 \x1b[32m${status}\x1b[39m`,
    ...told,
    '',
    text,
    '',
    COMMENT('what the console prints: each attempt, what came, what follows'),
    console,
  ].join('\n');
  const label =
    'The application gets status 200, served by the second backend at the second attempt. The console prints both attempts: a 503 of the first backend, which now cools down, and the answer of the second.';
  return terminalSvg(shown, { title: 'llm-proxy', label });
}
