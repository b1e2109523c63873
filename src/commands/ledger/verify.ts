import { printable } from '../../lib/printable.ts';
import { formatUsd } from '../../lib/usd.ts';
import { TOKEN_CLASSES } from '../../core/token-classes.ts';
import { DIMENSIONS } from '../../storage/ledger-query.ts';
import type { Dimension, Usage, UsageSums, VerifyReport } from '../../storage/ledger-query.ts';
import type { LedgerStore } from '../../storage/store.ts';
import type { CommandLine } from '../command.ts';
import { withLedger } from '../with-store.ts';

/** While a gateway writes, two questions may see two states; more often than this it is no accident. */
const TRIES = 5;
const DAY_MS = 86_400_000;

/** Proves the sums of the ledger from its rows, and prints them; resolves to 1 if something does not agree. */
export async function verify(line: CommandLine): Promise<number> {
  return await withLedger(line, async (ledger) => {
    const report = await ledger.verify();
    const sums = await steadySums(ledger);
    for (const text of table(sums)) line.out(text);
    line.out('');
    line.out(countsText(report));
    const wrong = [...disagreements(sums), ...report.discrepancies.map(discrepancyText)];
    for (const text of wrong) line.err(printable(text));
    line.out(wrong.length === 0 ? 'everything agrees' : `${wrong.length} sums do not agree`);
    return wrong.length === 0 ? 0 : 1;
  });
}

/** The sums over everything, and those over the groups of each dimension. */
interface Sums {
  readonly total: UsageSums;
  readonly by: ReadonlyMap<Dimension, Usage>;
}

async function steadySums(ledger: LedgerStore): Promise<Sums> {
  for (let tries = 1; ; tries++) {
    const sums = await sumsOf(ledger);
    if (tries === TRIES || disagreements(sums).length === 0) return sums;
  }
}

async function sumsOf(ledger: LedgerStore): Promise<Sums> {
  const all = { from: 0, to: Date.now() + DAY_MS };
  const { total } = await ledger.usage(all);
  const by = new Map<Dimension, Usage>();
  for (const dimension of DIMENSIONS) by.set(dimension, await ledger.usage({ ...all, groupBy: [dimension] }));
  return { total, by };
}

/** The sum over the groups themselves, whatever total came with them. */
function summed({ groups }: Usage, measure: keyof UsageSums): bigint {
  return groups.reduce((sum, { sums }) => sum + sums[measure], 0n);
}

function disagreements({ total, by }: Sums): string[] {
  const measures = Object.keys(total) as (keyof UsageSums)[];
  return [...by].flatMap(([dimension, usage]) =>
    measures
      .filter((measure) => summed(usage, measure) !== total[measure])
      .map((measure) => `${measure}: ${total[measure]} in all, ${summed(usage, measure)} over all of ${dimension}`),
  );
}

const HEADS = ['', 'groups', 'requests', 'failed', 'tokens', 'cost in USD'];

function table({ total, by }: Sums): string[] {
  const rows = [
    HEADS,
    cells('total', '', (measure) => total[measure]),
    ...Array.from(by, ([dimension, usage]) =>
      cells(`by ${dimension}`, String(usage.groups.length), (measure) => summed(usage, measure)),
    ),
  ];
  const widths = HEADS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
}

function cells(name: string, groups: string, sum: (measure: keyof UsageSums) => bigint): string[] {
  const tokens = TOKEN_CLASSES.reduce((all, measure) => all + sum(measure), 0n);
  return [name, groups, String(sum('requests')), String(sum('failed')), String(tokens), formatUsd(sum('nanoUsd'))];
}

function countsText({ days, rows, rollups, budgets }: VerifyReport): string {
  return `counted again: ${rows} rows of ${days} days, ${rollups} sums by hour, ${budgets} windows of budgets`;
}

function discrepancyText({ of, measure, rows, sum }: VerifyReport['discrepancies'][number]): string {
  return `${of}: ${measure} is ${sum}, and its rows come to ${rows}`;
}
