import { groupJson, groupsOf, sumsJson } from '../admin/usage-operations.ts';
import { isZone } from '../lib/is-zone.ts';
import { BUCKETS, bucketsOf, MOST_BUCKETS, parseTime } from '../admin/time-text.ts';
import { Refusal } from '../core/refusal.ts';
import { printable } from '../lib/printable.ts';
import { USAGE_DIMENSIONS, type UsageQuery } from '../storage/ledger-query.ts';
import { JSON_TEXT } from './access/flags.ts';
import type { Command, CommandLine, Flag } from './command.ts';
import { UsageError } from './command.ts';
import { CONFIG } from './flags.ts';
import { usageTable } from './usage/usage-table.ts';
import { withLedger } from './with-store.ts';

const BY: Flag = {
  name: 'by',
  value: 'WHAT',
  help: `what sums are for, separated by commas: ${[...USAGE_DIMENSIONS, ...BUCKETS].join(', ')}, tag:KEY (default: caller)`,
};
const SINCE: Flag = {
  name: 'since',
  value: 'TIME',
  help: 'from when on: `2026-11-30`, `2026-11-30T14:05:00Z`, or `7d` for seven days ago (default: 30d)',
};
const UNTIL: Flag = { name: 'until', value: 'TIME', help: 'up to when (default: now)' };
const ZONE: Flag = { name: 'zone', value: 'ZONE', help: 'the time zone of dates and days (default: UTC)' };
const ROWS: Flag = {
  name: 'rows',
  value: 'N',
  help: 'how many to show, the dearest first; the others are one row (default: 20)',
};

/** `llm-proxy usage`: who used how much, and what it cost, from the sums of the ledger. */
export const usage: Command = {
  name: 'usage',
  summary: 'show who used how much, and what it cost',
  text: [
    'Sums of requests, tokens and cost from the database that `data_dir` or `database` of the config names, by caller, team, owner, alias, backend, model, tag or time; several together with commas between. Requests come in within a second. The bar is the share of the cost; where nothing has a price, of the tokens.',
    'Money is rounded for the eye; `--json` has it exactly, in the shape of `GET /admin/usage`. Requests without a price are counted and named, never taken for free.',
  ],
  flags: [CONFIG, BY, SINCE, UNTIL, ZONE, ROWS, JSON_TEXT],
  examples: [
    { words: ['usage', '--by', 'team', '--since', '7d'], does: 'what each team has used in seven days' },
    { words: ['usage', '--by', 'day', '--since', '2026-11-01'], does: 'each day of a month' },
    { words: ['usage', '--by', 'caller,model', '--json'], does: 'the same for programs' },
  ],
  exits: { 1: 'the config is invalid or names no database; the database cannot be used' },
  run,
};

/** As many groups as the database is asked for. */
const MOST_GROUPS = 10_000;

async function run(line: CommandLine): Promise<number> {
  const { flags, out } = line;
  const nowMs = Date.now();
  const rows = Number(flags.value(ROWS) ?? '20');
  if (!Number.isInteger(rows) || rows < 1) throw new UsageError(`--${ROWS.name} ${flags.value(ROWS)} is no number`);
  const by = flags.value(BY) ?? 'caller';
  const query = queryOf(line, by, nowMs);
  return await withLedger(line, async (ledger) => {
    const { groups, total, ...counted } = await ledger.usage(query);
    const [from, to] = [counted.from, counted.to].map((at) => new Date(at).toISOString());
    if (flags.has(JSON_TEXT))
      out(JSON.stringify({ data: groups.map((group) => groupJson(group)), total: sumsJson(total), from, to }));
    else {
      const zone = flags.value(ZONE) ?? 'UTC';
      const asked = { by: by.split(',').map((each) => each.trim()), zone, rows };
      for (const text of usageTable({ groups, total, ...counted }, asked)) out(printable(text));
    }
    return 0;
  });
}

/** What the database is asked. Throws a UsageError for what it cannot be. */
function queryOf({ flags }: CommandLine, by: string, nowMs: number): UsageQuery {
  const zone = flags.value(ZONE) ?? 'UTC';
  if (!isZone(zone)) throw new UsageError(`--${ZONE.name} ${zone} is no time zone: write UTC or Europe/Berlin`);
  const timeIn = (flag: Flag, byDefault: string): number => {
    const text = flags.value(flag) ?? byDefault;
    const time = parseTime(text, zone, nowMs);
    if (time !== undefined) return time;
    throw new UsageError(`--${flag.name} ${text} is no time: write 2026-11-30, 2026-11-30T14:05:00Z or 7d`);
  };
  const [from, to] = [timeIn(SINCE, '30d'), timeIn(UNTIL, '0m')];
  if (from >= to) throw new UsageError(`--${SINCE.name} must be before --${UNTIL.name}`);
  const { groupBy, per, tagKey } = asked(by);
  const buckets = per === undefined ? undefined : bucketsOf(per, { from, to }, zone);
  if (per !== undefined && buckets === undefined)
    throw new UsageError(`--${BY.name} ${per}: there are more than ${MOST_BUCKETS} of them; ask for longer ones`);
  return {
    from: buckets?.[0] ?? from,
    to,
    groupBy,
    limit: MOST_GROUPS,
    ...(tagKey === undefined ? {} : { groupByTag: tagKey }),
    ...(buckets === undefined ? {} : { buckets }),
  };
}

function asked(by: string): ReturnType<typeof groupsOf> {
  try {
    return groupsOf(by);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new UsageError(error.message.replace('`group_by`', `--${BY.name}`).replaceAll('`', ''));
  }
}
