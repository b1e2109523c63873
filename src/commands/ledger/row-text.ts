import type { LedgerRow } from '../../core/ledger-row.ts';
import { TOKEN_CLASSES, type Consumption, type TokenClasses } from '../../core/token-classes.ts';
import { localTime } from '../../lib/local-time.ts';
import { printable } from '../../lib/printable.ts';
import { formatUsd } from '../../lib/usd.ts';

/** A request on one line, for people; the time is that of its end, where this machine is. */
export function rowText(row: LedgerRow): string {
  const parts = [
    localTime(new Date(row.startedAt + row.durationMs)),
    String(row.status),
    secondsText(row.durationMs).padStart(8),
    `${whose(row)}  ${whereTo(row)}`,
    ...(row.usage === undefined ? [] : [tokensText(row.usage)]),
    ...costText(row),
    ...(row.tries.length > 1 ? [`${row.tries.length} attempts`] : []),
    ...(row.errorCode === undefined ? [] : [row.errorCode]),
    row.traceId,
  ];
  return printable(parts.join('  '));
}

function whose({ caller, team }: LedgerRow): string {
  const name = caller ?? '-';
  return team === undefined ? name : `${team}/${name}`;
}

/** `fast → openai/gpt-5`; a backend that was never asked is left out. */
function whereTo({ alias, backend, model }: LedgerRow): string {
  const asked = alias ?? '-';
  return backend === undefined ? asked : `${asked} → ${backend}/${model ?? '-'}`;
}

const OUTPUT: ReadonlySet<keyof TokenClasses> = new Set(['output', 'reasoning', 'audioOut', 'imageOut']);

function tokensText(usage: Consumption): string {
  let [input, output] = [0, 0];
  for (const name of TOKEN_CLASSES) {
    if (OUTPUT.has(name)) output += usage[name];
    else input += usage[name];
  }
  return `${usage.estimated ? '~' : ''}${input}+${output} tokens`;
}

function costText({ nanoUsd, unpriced }: LedgerRow): string[] {
  const cost = nanoUsd === undefined ? [] : [`${formatUsd(nanoUsd)} USD`];
  return unpriced ? [...cost, 'unpriced'] : cost;
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(3)}s`;
}
