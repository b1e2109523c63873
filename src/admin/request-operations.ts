import { z } from 'zod';
import type { LedgerRow } from '../core/ledger-row.ts';
import { Refusal } from '../core/refusal.ts';
import type { LedgerReads } from '../records/recent/memory-ledger.ts';
import { csvOf, jsonLinesOf } from './csv.ts';
import { operation } from './operation.ts';
import { chargesJson } from './request-charges.ts';
import { requestDetailJson } from './request-detail.ts';
import { requestDetailSchema } from './request-detail-schema.ts';
import { requestJson, requestSchema } from './request-json.ts';
import { exportQuery, searchOf, searchQuery } from './request-search.ts';
import { isInMemory, ledgerOf, refuseCursor } from './store-of.ts';
import { teamsSeen, type TeamScope } from './team-scope.ts';

/** A page of requests. */
export const requestPage = z.object({
  data: z.array(requestSchema),
  next: z
    .string()
    .nullable()
    .describe(
      'Where the next page begins; null: there is none. With one, a page may have fewer rows than `limit`, or none: least costs and times are looked for a tenth of a second at a time.',
    ),
});

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
      const ledger = await ledgerOf(context);
      const query = { ...searchOf(asked, context.clock.wallNow(), scope), limit };
      const { rows, next } = await ledger.search(query, cursor).catch(refuseCursor);
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
        await begun((await ledgerOf(context)).export(searchOf(asked, context.clock.wallNow(), scope))),
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
    summary: 'One request with all that is known of it, by its id or its trace id.',
    answer: requestDetailSchema,
    async handle({ names: { id = '' }, scope }, context) {
      const row = (await rowOf(id, await ledgerOf(context), scope)) ?? noRequest(id);
      const source = isInMemory(context) ? 'memory' : 'ledger';
      const charges = chargesJson(row, context, scope);
      return { body: requestDetailJson(row, { source, charges, traceLink: context.config().otel.link }) };
    },
  }),
];

/** A request by its id or its trace id; undefined: there is none that may be seen. */
export async function rowOf(
  id: string,
  ledger: Pick<LedgerReads, 'one' | 'search'>,
  scope?: TeamScope,
): Promise<LedgerRow | undefined> {
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
