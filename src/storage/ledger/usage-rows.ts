import type { Database } from '../database.ts';
import { numberIn } from '../read-row.ts';
import { textValue } from '../write-value.ts';
import { addDimensions, Conditions } from './conditions.ts';
import { tablesOf } from './day-tables.ts';
import { DAY_MS } from './hours.ts';
import { COUNTED, SUMS_AS_TEXT } from './measures.ts';
import { openDays } from './open-days.ts';
import type { Edge } from './usage-plan.ts';
import { addTag, isByTag, isOfAll, keysOf, type UsageQuestion } from './usage-question.ts';
import type { UsageRow } from './usage-rollups.ts';

/** SQLite takes 500 parts in one SELECT. */
const MAX_PARTS = 100;

/** The sums of parts of hours: from their rows. */
export async function usageOfEdges(
  database: Database,
  question: UsageQuestion,
  edges: readonly Edge[],
): Promise<readonly UsageRow[]> {
  if (edges.length === 0) return [];
  const days = new Set(await openDays(database));
  const present = edges.filter(({ from }) => days.has(dayOf(from)));
  const found: UsageRow[] = [];
  for (let at = 0; at < present.length; at += MAX_PARTS) {
    const some = present.slice(at, at + MAX_PARTS);
    const hasBuckets = some[0]?.bucket !== undefined;
    const conditions = new Conditions();
    const parts = some.map((edge) => partOf(question, edge, conditions));
    const keys = keysOf(question, hasBuckets);
    const group = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
    const rows = await database.read(
      `SELECT ${[...keys, SUMS_AS_TEXT].join(', ')} FROM (${parts.join(' UNION ALL ')}) AS parts${group}`,
      conditions.values,
    );
    found.push(...rows.map((row) => ({ row, bucket: numberIn(row, 'bucket') })));
  }
  return found;
}

/** Each edge is of one day. */
function partOf(question: UsageQuestion, { from, to: end, bucket }: Edge, to: Conditions): string {
  const { query, dialect, groupBy, tag } = question;
  const { exchanges, tags } = tablesOf(dayOf(from));
  const own = to.more();
  const columns = [
    ...groupBy.map((dimension) => `${dimension === 'key_id' ? 'e' : 'd'}.${dimension} AS ${dimension}`),
    ...(isByTag(question) ? ['t.value AS value'] : []),
    ...(bucket === undefined ? [] : [`CAST(${own.value(bucket)} AS BIGINT) AS bucket`]),
  ];
  const tables = [
    `${exchanges} e`,
    ...(isOfAll(question) ? [] : ['JOIN dimensions d ON d.id = e.dim']),
    ...(tag === undefined ? [] : [`JOIN ${tags} x ON x.exchange = e.id JOIN tags t ON t.id = x.tag`]),
  ];
  own.add(`e.started_at >= ${own.value(from)} AND e.started_at < ${own.value(end)}`);
  addDimensions(own, query, { table: 'd', dialect });
  if (query.key !== undefined) own.add(`e.key_id = ${own.value(textValue(query.key.id))}`);
  addTag(own, question);
  return `SELECT ${[...columns, COUNTED].join(', ')} FROM ${tables.join(' ')} WHERE ${own.text}`;
}

function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}
