import type { Database, Row } from '../database.ts';
import type { KeyFilter } from '../ledger-query.ts';
import { numberIn } from '../read-row.ts';
import { countValue, textValue } from '../write-value.ts';
import { usageByKey } from '../migrations/4-usage-by-key.ts';
import { addDimensions, Conditions } from './conditions.ts';
import { DAY_MS, HOUR_MS } from './hours.ts';
import { PLAIN, SUMS, SUMS_AS_TEXT } from './measures.ts';
import { ALL_DIMENSIONS } from './roll-up.ts';
import type { Span } from './spans.ts';
import { spansOf } from './spans.ts';
import type { Stretch } from './usage-plan.ts';
import { addTag, isByTag, isOfAll, keysOf, type UsageQuestion } from './usage-question.ts';

/** A row of sums, and the start of the bucket that it is of. */
export interface UsageRow {
  readonly row: Row;
  readonly bucket: number | undefined;
}

/** The sums of whole hours: from roll-ups, of days where it can be. */
export async function usageOfHours(
  database: Database,
  question: UsageQuestion,
  stretch: Stretch,
): Promise<readonly UsageRow[]> {
  const { from, to, every, used, buckets } = stretch;
  // What a key used before roll-ups knew keys begins at an hour, and so does a bucket that has edges.
  const isOfHours = question.query.key !== undefined || used !== every;
  const spans = spansOf(from, to, every, isOfHours);
  if (spans.length === 0) return [];
  const conditions = new Conditions();
  const parts = spans.map((span) => partOf(question, stretch, span, conditions));
  const keys = keysOf(question, every !== undefined);
  const group = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
  const rows = await database.read(
    `SELECT ${[...keys, SUMS_AS_TEXT].join(', ')} FROM (${parts.join(' UNION ALL ')}) AS parts${group}`,
    conditions.values,
  );
  return rows.map((row) => ({ row, bucket: buckets[numberIn(row, 'bucket') ?? 0] }));
}

/**
 * The roll-ups of one span. Without buckets they are summed by dimensions at once: in that order they are stored, so it takes
 * no sorting. CROSS JOIN, for the order of the tables is the order in which SQLite reads them.
 */
function partOf(
  question: UsageQuestion,
  { from: start, every, used = 0 }: Stretch,
  span: Span,
  to: Conditions,
): string {
  const { query, dialect, groupBy, tag } = question;
  const own = to.more();
  own.add(`r.span >= ${own.value(span.from)} AND r.span < ${own.value(span.to)}`);
  own.add(isOfAll(question) ? `r.dim = ${ALL_DIMENSIONS}` : `r.dim = d.id`);
  addDimensions(own, query, { table: 'd', dialect });
  if (query.key !== undefined) addKey(own, query.key);
  if (tag !== undefined) own.add('r.tag = t.id');
  addTag(own, question);
  const rollups = `${span.table}${tag === undefined ? '' : '_tag'}_rollups r`;
  const tables = [
    ...(tag === undefined ? [] : ['tags t']),
    ...(isOfAll(question) ? [rollups] : tag === undefined ? ['dimensions d', rollups] : [rollups, 'dimensions d']),
  ];
  const columns = [
    ...groupBy.map((dimension) => `d.${dimension} AS ${dimension}`),
    ...(isByTag(question) ? ['t.value AS value'] : []),
  ];
  if (every !== undefined) {
    const hour = `(r.span * ${own.value(span.hours)} - ${own.value(start)})`;
    const length = own.value(every);
    columns.push(`CAST(${hour} / ${length} AS BIGINT) AS bucket`);
    if (used < every) own.add(`${hour} % ${length} < ${own.value(used)}`);
    return `SELECT ${[...columns, PLAIN].join(', ')} FROM ${tables.join(' CROSS JOIN ')} WHERE ${own.text}`;
  }
  const ids = [...(tag === undefined ? [] : ['t.id']), ...(isOfAll(question) ? [] : ['d.id'])];
  const group = ids.length === 0 ? '' : ` GROUP BY ${ids.join(', ')}`;
  return `SELECT ${[...columns, SUMS].join(', ')} FROM ${tables.join(' CROSS JOIN ')} WHERE ${own.text}${group}`;
}

/**
 * What a key has used. Roll-ups from before they knew keys count by name and team, from the first hour that began after the
 * key was made: then no other had its name.
 */
function addKey(to: Conditions, { id, name, team, createdAt }: KeyFilter): void {
  const isOfName = `d.caller = ${to.value(textValue(name))} AND ${
    team === undefined ? 'd.team IS NULL' : `d.team = ${to.value(textValue(team))}`
  }`;
  const isSince = `r.span * ${HOUR_MS} >= ${to.value(countValue(createdAt))}`;
  to.add(
    `(d.key_id = ${to.value(textValue(id))} OR (d.key_id IS NULL AND ${isOfName} AND ${isSince} AND r.span * ${HOUR_MS} < ${KNOWS_KEYS}))`,
  );
}

/** Since when all roll-ups know keys; a day more, for nodes of the version before that go on meanwhile. */
const KNOWS_KEYS = `(SELECT applied_at + ${DAY_MS} FROM schema_versions WHERE version = ${usageByKey.version})`;
