import { hasKey } from '../../config/listen-choice.ts';
import { isLoopback, parseListen } from '../../config/listen.ts';
import type { AdminContext } from '../admin-context.ts';
import type { Attention } from './overview-schema.ts';

const OLD_DAYS = 90;
const DAY_MS = 86_400_000;

/** What is wrong with the gateway itself. */
export function gatewayAttention(context: AdminContext): Attention[] {
  return [
    ...configAttention(context),
    ...ledgerAttention(context),
    ...logAttention(context),
    ...priceAttention(context),
  ];
}

function configAttention(context: AdminContext): Attention[] {
  const found: Attention[] = [];
  const { valid, problems, last_reload: last } = context.status().config;
  const about = { subject: '', link: '/console/config' };
  if (!valid)
    found.push({ ...about, kind: 'config_invalid', severity: 'critical', data: { problems, at: last?.at ?? null } });
  const config = context.config();
  if (!hasKey(config) && !isLoopback(parseListen(config.listen)))
    found.push({ ...about, kind: 'open_beyond_loopback', severity: 'critical', data: { listen: config.listen } });
  return found;
}

/** How the ledger is, as its feature tells operators. */
interface LedgerStatus {
  readonly trouble?: string | null;
  readonly journal_rows?: number;
  readonly lag_ms?: number;
  readonly rows_dropped?: number;
}

/** Rows that wait for so long are behind, whatever the reason. */
const BEHIND_MS = 60_000;

function ledgerAttention(context: AdminContext): Attention[] {
  const ledger: LedgerStatus | undefined = context.status().features?.['ledger'];
  if (ledger === undefined) return [];
  const { trouble, journal_rows, lag_ms = 0, rows_dropped = 0 } = ledger;
  const found: Attention[] = [];
  const about = { subject: '', link: null };
  if ((trouble ?? null) !== null || lag_ms > BEHIND_MS) {
    const data = { trouble: trouble ?? 'behind', journal_rows, lag_ms };
    found.push({ ...about, kind: 'ledger_trouble', severity: 'critical', data });
  }
  if (rows_dropped > 0)
    found.push({ ...about, kind: 'ledger_rows_lost', severity: 'warning', data: { rows: rows_dropped } });
  return found;
}

function logAttention({ log }: AdminContext): Attention[] {
  const lines = log.droppedLines;
  if (lines === 0) return [];
  return [{ kind: 'log_lines_dropped', severity: 'warning', subject: '', data: { lines }, link: null }];
}

function priceAttention({ snapshot, clock }: AdminContext): Attention[] {
  const date = snapshot.prices.tableDate;
  const days = Math.floor((clock.wallNow() - Date.parse(date)) / DAY_MS);
  if (!(days > OLD_DAYS)) return [];
  return [{ kind: 'price_table_old', severity: 'info', subject: '', data: { date, days }, link: '/console/usage' }];
}
