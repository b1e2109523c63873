import { z } from 'zod';
import type { Context } from '../../context.ts';
import { Refusal } from '../../core/refusal.ts';
import type { SearchQuery, UsageGroup, UsageQuery } from '../../storage/ledger-query.ts';
import { operation } from '../operation.ts';
import { accessOf, storeOf } from '../store-of.ts';
import { bucketsOf, parseTime } from '../time-text.ts';
import { keyNamed } from './find-key.ts';
import { spendRow } from './spend-row.ts';
import { usageOfKey, usdNumber } from './spend.ts';

/** LiteLLM's own bound. */
const MOST_ROWS = 10_000;

const date = () =>
  z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date such as 2026-11-30')
    .optional();

const query = z.looseObject({
  api_key: z.string().optional(),
  user_id: z.string().optional(),
  request_id: z.string().optional(),
  start_date: date(),
  end_date: date(),
  summarize: z.string().optional(),
});

type Asked = z.output<typeof query>;

/** What was spent, as LiteLLM's clients ask for it. */
export const liteLlmSpendOperations = [
  operation({
    id: 'liteLlmSpendLogs',
    method: 'GET',
    path: '/spend/logs',
    role: 'viewer',
    summary: `LiteLLM's API: the newest ${MOST_ROWS} requests; with two dates, sums by day unless \`summarize=false\`.`,
    query,
    answer: z.array(z.looseObject({ startTime: z.string(), spend: z.number() })),
    async handle({ query: asked }, context) {
      const span = spanOf(asked);
      const isSummed = span !== undefined && asked.summarize?.toLowerCase() !== 'false';
      return { body: isSummed ? await sums(asked, span, context) : await rows(asked, span, context) };
    },
  }),
];

interface Span {
  readonly from: number;
  readonly to: number;
}

/** From the beginning of one date up to the beginning of the other, in UTC; undefined: from the start to now. */
function spanOf({ start_date: start, end_date: end }: Asked): Span | undefined {
  if (start === undefined || end === undefined) return undefined;
  const [from, to] = [start, end].map((text) => parseTime(text, 'UTC', 0));
  if (from === undefined || to === undefined)
    throw new Refusal('invalid_request', '`start_date` and `end_date` must be dates of the calendar.', {
      param: 'start_date',
    });
  return { from, to };
}

async function rows(asked: Asked, span: Span | undefined, context: Context): Promise<unknown[]> {
  const { ledger } = await storeOf(context);
  if (asked.request_id !== undefined) {
    const one = await ledger.one(asked.request_id);
    const found = one === undefined ? (await ledger.search({ traceId: asked.request_id, limit: 1 })).rows : [one];
    return found.map(spendRow);
  }
  const { key, ...filter } = filterOf(asked, context);
  const search: Omit<SearchQuery, 'limit'> = { ...filter, ...(key === undefined ? {} : { keyId: key.id }), ...span };
  const found: unknown[] = [];
  for await (const row of ledger.export(search)) if (found.push(spendRow(row)) === MOST_ROWS) break;
  return found;
}

/** Sums by day: of all, by key, by user and by model. */
async function sums(asked: Asked, { from, to }: Span, context: Context): Promise<unknown[]> {
  const buckets = bucketsOf('day', { from, to }, 'UTC');
  if (buckets === undefined)
    throw new Refusal('invalid_request', 'There are too many days between the two dates.', { param: 'start_date' });
  if (buckets.length === 0) return [];
  const { groups } = await (
    await storeOf(context)
  ).ledger.usage({
    ...filterOf(asked, context),
    from,
    to,
    buckets,
    groupBy: ['caller', 'owner', 'model'],
  });
  return Array.from(
    Map.groupBy(groups, ({ bucket = from }) => bucket),
    ([day, own]) => ({
      ...by(own, 'caller'),
      startTime: new Date(day).toISOString().slice(0, 10),
      spend: usdNumber(own.reduce((sum, { sums: { nanoUsd } }) => sum + nanoUsd, 0n)),
      users: by(own, 'owner'),
      models: by(own, 'model'),
    }),
  );
}

function by(groups: readonly UsageGroup[], dimension: 'caller' | 'owner' | 'model'): Record<string, number> {
  const spent = new Map<string, bigint>();
  for (const {
    dimensions,
    sums: { nanoUsd },
  } of groups) {
    const name = dimensions[dimension] ?? '';
    if (name !== '') spent.set(name, (spent.get(name) ?? 0n) + nanoUsd);
  }
  return Object.fromEntries(Array.from(spent, ([name, nanoUsd]) => [name, usdNumber(nanoUsd)]));
}

function filterOf(
  { api_key: key, user_id: owner }: Asked,
  context: Context,
): Pick<UsageQuery, 'key' | 'caller' | 'team' | 'owner'> {
  const view = key === undefined ? undefined : keyNamed(key, accessOf(context));
  return {
    ...(view === undefined ? {} : usageOfKey(view)),
    ...(owner === undefined ? {} : { owner: [owner] }),
  };
}
