import { csvOf, jsonLinesOf } from '../../admin/csv.ts';
import { requestJson, requestSchema } from '../../admin/request-json.ts';
import { parseTime } from '../../admin/time-text.ts';
import type { LedgerRow } from '../../core/ledger-row.ts';
import { type CommandLine, type Flag, UsageError } from '../command.ts';
import { FORMAT, FROM, UNTIL } from './flags.ts';
import { withLedger } from '../with-store.ts';

/** Prints every row of the ledger between two times, one after another, so that they may be any number. */
export async function exportRows(line: CommandLine): Promise<number> {
  const format = line.flags.value(FORMAT) ?? 'jsonl';
  if (format !== 'csv' && format !== 'jsonl')
    throw new UsageError(`--${FORMAT.name} ${format} is neither csv nor jsonl`);
  const [from, to] = [timeIn(line, FROM), timeIn(line, UNTIL)];
  return await withLedger(line, async (ledger) => {
    const found = ledger.export({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) });
    const rows = asJson(found);
    const { pieces } = format === 'csv' ? csvOf(rows, '', COLUMNS) : jsonLinesOf(rows, '');
    for await (const piece of pieces) line.out(piece.replace(/\n$/, ''));
    return 0;
  });
}

const COLUMNS = Object.keys(requestSchema.shape);

async function* asJson(rows: AsyncIterable<LedgerRow>): AsyncGenerator<ReturnType<typeof requestJson>> {
  for await (const row of rows) yield requestJson(row);
}

function timeIn({ flags }: CommandLine, flag: Flag): number | undefined {
  const given = flags.value(flag);
  if (given === undefined) return undefined;
  const time = parseTime(given, 'UTC', Date.now());
  if (time !== undefined) return time;
  throw new UsageError(`--${flag.name} ${given} is no time: write 2026-11-30, 2026-11-30T14:05:00Z or 7d`);
}
