import { TOKEN_CLASSES } from '../../core/token-classes.ts';
import type { UsageGroup, UsageSums } from '../../storage/ledger-query.ts';
import { tableText, type Column } from '../table-text.ts';
import { barText } from './bar-text.ts';
import { roundedUsd, usdDecimals } from './rounded-usd.ts';

/** The sums of a time. */
export interface UsageOfTime {
  /** The dearest first; by time, the earliest first. */
  readonly groups: readonly UsageGroup[];
  readonly total: UsageSums;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/** What is asked for. */
export interface AskedUsage {
  /** What sums are for: names of dimensions, `tag:KEY`, a length of time. */
  readonly by: readonly string[];
  readonly zone: string;
  /** How many rows there are at most; the other groups are one. */
  readonly rows: number;
}

/** Terminals are as wide at least. */
const WIDTH = 80;
const WIDEST_BAR = 24;
const WIDEST_NAME = 28;

/** Usage for people: a table with a bar at the end of each row, and the total below, in 80 columns for one dimension. */
export function usageTable({ groups, total, from, to }: UsageOfTime, { by, zone, rows }: AskedUsage): string[] {
  const time = `${timeText(from, zone)} to ${timeText(to, zone)} ${zone}`;
  if (groups.length === 0) return [`no requests from ${time}`];
  const isByTime = groups[0]?.bucket !== undefined;
  const shown = rowsOf(groups, total, { by, zone, rows: isByTime ? groups.length : rows });
  const decimals = usdDecimals(total.nanoUsd);
  const columns: Column[] = [
    ...by.map((name) => ({ head: name.toUpperCase() })),
    ...['REQUESTS', 'TOKENS', 'USD'].map((head): Column => ({ head, align: 'right' })),
  ];
  const cells = [...shown, { names: ['total', ...by.slice(1).map(() => '')], sums: total }].map(({ names, sums }) => [
    ...names,
    grouped(sums.requests),
    grouped(tokensOf(sums)),
    roundedUsd(sums.nanoUsd, decimals),
  ]);
  const [head = '', ...lines] = tableText(columns, cells);
  const last = lines.pop() ?? '';
  const size = measureOf(total);
  const most = shown.reduce((max, { sums }) => (size(sums) > max ? size(sums) : max), 0n);
  const room = Math.max(8, Math.min(WIDEST_BAR, WIDTH - last.length - 2));
  const bars = shown.map(({ sums }) => barText(size(sums), most, room));
  return [time, '', head, ...lines.map((text, at) => `${text}  ${bars[at] ?? ''}`.trimEnd()), last, ...notes(total)];
}

interface ShownRow {
  readonly names: readonly string[];
  readonly sums: UsageSums;
}

function rowsOf(groups: readonly UsageGroup[], total: UsageSums, { by, zone, rows }: AskedUsage): ShownRow[] {
  const shown = groups.slice(0, rows).map((group) => ({
    names: by.map((name) => shortened(nameIn(group, name, zone))),
    sums: group.sums,
  }));
  const others = groups.length - shown.length;
  if (others === 0) return shown;
  const rest = Object.fromEntries(
    Object.entries(total).map(([measure, sum]) => [
      measure,
      shown.reduce((left, { sums }) => left - sums[measure as keyof UsageSums], sum),
    ]),
  ) as UsageSums;
  return [...shown, { names: [`${others} others`, ...by.slice(1).map(() => '')], sums: rest }];
}

function nameIn({ dimensions, bucket, tag }: UsageGroup, name: string, zone: string): string {
  if (name.startsWith('tag:')) return tag ?? '-';
  const value = dimensions[name as keyof typeof dimensions];
  if (value !== undefined) return value ?? '-';
  if (bucket === undefined) return '-';
  return name === 'hour' ? timeText(bucket, zone) : timeText(bucket, zone).slice(0, 10);
}

/** The cost; where nothing has one, the tokens; where there are none either, the requests. */
function measureOf(total: UsageSums): (sums: UsageSums) => bigint {
  if (total.nanoUsd > 0n) return ({ nanoUsd }) => nanoUsd;
  return tokensOf(total) > 0n ? tokensOf : ({ requests }) => requests;
}

function notes({ requests, unpriced, estimated }: UsageSums): string[] {
  const found: string[] = [];
  if (unpriced > 0n)
    found.push(
      `${grouped(unpriced)} of ${grouped(requests)} requests have no price: what they cost is not in these sums`,
    );
  if (estimated > 0n)
    found.push(`${grouped(estimated)} of ${grouped(requests)} requests are counted in part by estimate`);
  return found.length === 0 ? [] : ['', ...found];
}

function tokensOf(sums: UsageSums): bigint {
  return TOKEN_CLASSES.reduce((all, name) => all + sums[name], 0n);
}

/** `12,345` */
function grouped(count: bigint): string {
  return count.toString().replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

function shortened(name: string): string {
  return name.length <= WIDEST_NAME ? name : `${name.slice(0, WIDEST_NAME - 1)}…`;
}

/** `2026-11-30 14:05` */
function timeText(at: number, zone: string): string {
  const there = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  return there.toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ');
}
