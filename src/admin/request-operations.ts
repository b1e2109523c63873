import { z } from 'zod';
import type { LedgerRow } from '../core/ledger-row.ts';
import { Refusal } from '../core/refusal.ts';
import type { SearchQuery } from '../storage/ledger-query.ts';
import type { LedgerStore } from '../storage/store.ts';
import { csvOf, jsonLinesOf } from './csv.ts';
import { filterOf, filters, tagOf } from './filters.ts';
import { operation } from './operation.ts';
import { cursorQuery } from './page-query.ts';
import { requestJson, requestSchema } from './request-json.ts';
import { refuseCursor, storeOf } from './store-of.ts';
import { teamsSeen, type TeamScope } from './team-scope.ts';
import { parseTime, timeText, zoneText } from './time-text.ts';

const searched = {
  from: timeText('From when on'),
  to: timeText('Up to when'),
  zone: zoneText,
  status: z
    .string()
    .regex(/^(?:[1-5]\d\d(?:-[1-5]\d\d)?|[1-5]xx|ok|error)$/, 'must be a status such as 429, 400-499, 5xx, ok or error')
    .optional()
    .describe('Only with this status: `429`, `400-499`, `5xx`, `ok` (below 400) or `error` (400 and above).'),
  error_code: z.string().max(200).optional().describe('Only with this code of docs/errors.md.'),
  key_id: z.string().max(200).optional(),
  end_user: z.string().max(500).optional(),
  session: z.string().max(500).optional(),
  trace_id: z.string().max(200).optional(),
  unpriced: z.enum(['true', 'false']).optional().describe('Only those with, or without, a part that has no price.'),
  ...filters,
};

/** What requests are searched by. */
export const searchQuery = cursorQuery.extend(searched);

/** A page of requests. */
export const requestPage = z.object({ data: z.array(requestSchema), next: z.string().nullable() });

const exportQuery = z.strictObject({ ...searched, format: z.enum(['csv', 'jsonl']).default('jsonl') });

/** What requests came to, one by one. */
export const requestOperations = [
  operation({
    id: 'searchRequests',
    method: 'GET',
    path: '/admin/requests',
    role: 'viewer',
    ownTeams: true,
    summary: 'Requests that have ended, with their attempts, the newest first.',
    query: searchQuery,
    answer: requestPage,
    async handle({ query: { limit, cursor, ...asked }, scope }, context) {
      const { rows, next } = await (
        await storeOf(context)
      ).ledger
        .search({ ...searchOf(asked, context.clock.wallNow(), scope), limit }, cursor)
        .catch(refuseCursor);
      return { body: { data: rows.map(requestJson), next: next ?? null } };
    },
  }),
  operation({
    id: 'exportRequests',
    method: 'GET',
    path: '/admin/requests/export',
    role: 'viewer',
    ownTeams: true,
    summary: 'All requests that a search finds, as a file that is made while it is sent.',
    query: exportQuery,
    produces: ['text/csv', 'application/x-ndjson'],
    async handle({ query: { format, ...asked }, scope }, context) {
      const rows = jsonOf(
        await begun((await storeOf(context)).ledger.export(searchOf(asked, context.clock.wallNow(), scope))),
      );
      return format === 'csv' ? csvOf(rows, 'requests.csv', COLUMNS) : jsonLinesOf(rows, 'requests.jsonl');
    },
  }),
  operation({
    id: 'getRequest',
    method: 'GET',
    path: '/admin/requests/{id}',
    role: 'viewer',
    ownTeams: true,
    summary: 'One request, by its id or its trace id.',
    answer: requestSchema,
    handle: async ({ names: { id = '' }, scope }, context) => ({
      body: requestJson((await rowOf(id, (await storeOf(context)).ledger, scope)) ?? noRequest(id)),
    }),
  }),
];

/** A request by its id or its trace id; undefined: there is none that may be seen. */
export async function rowOf(id: string, ledger: LedgerStore, scope?: TeamScope): Promise<LedgerRow | undefined> {
  const team = teamsSeen(scope, undefined);
  const row = (await ledger.one(id)) ?? (await ledger.search({ traceId: id, limit: 1, ...(team && { team }) })).rows[0];
  return row === undefined || scope === undefined || scope.has(row.team) ? row : undefined;
}

/** Throws the Refusal of a request that the ledger does not have. */
export function noRequest(id: string): never {
  throw new Refusal(
    'not_found',
    `There is no request \`${id}\` in the ledger. It may be older than \`ledger.keep_days\`, or not have ended.`,
  );
}

const COLUMNS = Object.keys(requestSchema.shape);

type Asked = Omit<z.output<typeof searchQuery>, 'limit' | 'cursor'>;

/** What a query asks for, as the store takes it. */
export function searchOf(asked: Asked, nowMs: number, scope?: TeamScope): Omit<SearchQuery, 'limit'> {
  const query: { -readonly [Name in keyof SearchQuery]: SearchQuery[Name] } = { ...filterOf(asked), limit: 0 };
  const teams = teamsSeen(scope, query.team);
  if (teams !== undefined) query.team = teams;
  if (asked.from !== undefined) query.from = parseTime(asked.from, asked.zone, nowMs) ?? 0;
  if (asked.to !== undefined) query.to = parseTime(asked.to, asked.zone, nowMs) ?? nowMs;
  if (asked.status !== undefined) query.status = statusesOf(asked.status);
  if (asked.error_code !== undefined) query.errorCode = asked.error_code;
  if (asked.key_id !== undefined) query.keyId = asked.key_id;
  if (asked.end_user !== undefined) query.endUser = asked.end_user;
  if (asked.session !== undefined) query.session = asked.session;
  if (asked.trace_id !== undefined) query.traceId = asked.trace_id;
  if (asked.unpriced !== undefined) query.unpriced = asked.unpriced === 'true';
  const tag = tagOf(asked.tag);
  if (tag !== undefined) query.tag = tag;
  const { limit: _limit, ...rest } = query;
  return rest;
}

function statusesOf(text: string): readonly [number, number] {
  if (text === 'ok') return [0, 399];
  if (text === 'error') return [400, 599];
  if (text.endsWith('xx')) return [Number(text[0]) * 100, Number(text[0]) * 100 + 99];
  const [from = '', to = from] = text.split('-');
  return [Number(from), Number(to)];
}

async function* jsonOf(rows: AsyncIterable<LedgerRow>): AsyncGenerator<Record<string, unknown>> {
  for await (const row of rows) yield requestJson(row);
}

/** The same rows, of which the first is there: a database that is gone is an error, not a file that breaks off. */
async function begun(rows: AsyncIterable<LedgerRow>): Promise<AsyncIterable<LedgerRow>> {
  const iterator = rows[Symbol.asyncIterator]();
  const first = await iterator.next();
  return rowsFrom(iterator, first);
}

async function* rowsFrom(
  iterator: AsyncIterator<LedgerRow>,
  first: IteratorResult<LedgerRow>,
): AsyncGenerator<LedgerRow> {
  try {
    for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}
