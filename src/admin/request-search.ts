import { z } from 'zod';
import { parseUsd } from '../lib/usd.ts';
import type { SearchQuery } from '../storage/ledger-query.ts';
import { filterOf, filters, tagOf } from './filters.ts';
import { cursorQuery } from './page-query.ts';
import { teamsSeen, type TeamScope } from './team-scope.ts';
import { parseTime, timeText, zoneText } from './time-text.ts';

const STATUS = /^(?:[1-5]\d\d(?:-[1-5]\d\d)?|[1-5]xx|ok|error|failed|failed_over)$/;
const isTrue = z.enum(['true', 'false']).optional();
const leastMs = (of: string) =>
  z.coerce.number().int().min(0).max(1e9).optional().describe(`Only with ${of} of at least so many milliseconds.`);

/** Fields of a query that say which requests are looked for, whenever they were. */
export const searchFilters = {
  status: z
    .string()
    .regex(STATUS, 'must be a status such as 429, 400-499, 5xx, ok, error, failed or failed_over')
    .optional()
    .describe(
      'Only with this status: `429`, `400-499`, `5xx`, `ok` (below 400), `error` (400 and above), `failed` (the same, and streams that broke), or `failed_over` (more than one attempt).',
    ),
  error_code: z.string().max(200).optional().describe('Only with this code of docs/errors.md.'),
  failure: z
    .string()
    .max(200)
    .optional()
    .describe('Only with an attempt that failed in this way (`rate_limited`), whatever came of the request.'),
  key_id: z.string().max(200).optional(),
  end_user: z.string().max(500).optional(),
  session: z.string().max(500).optional(),
  trace_id: z.string().max(200).optional(),
  unpriced: isTrue.describe('Only those with, or without, a part that has no price.'),
  stream: isTrue.describe('Only streams, or none.'),
  min_cost: z
    .string()
    .max(50)
    .refine((text) => typeof parseUsd(text) === 'bigint', { message: 'must be an amount of USD such as 0.05' })
    .optional()
    .describe('Only those that cost at least so many USD.'),
  min_duration_ms: leastMs('a duration'),
  min_ttft_ms: leastMs('a time to the first content'),
  ...filters,
};

const searched = {
  from: timeText('From when on'),
  to: timeText('Up to when'),
  zone: zoneText,
  ...searchFilters,
};

/** What requests are searched by. */
export const searchQuery = cursorQuery.extend(searched);

/** The same of all that there are, as a file. */
export const exportQuery = z.strictObject({ ...searched, format: z.enum(['csv', 'jsonl']).default('jsonl') });

type Filters = z.output<z.ZodObject<typeof searchFilters>>;
type Asked = Omit<z.output<typeof searchQuery>, 'limit' | 'cursor'>;
type Query = { -readonly [Name in keyof SearchQuery]: SearchQuery[Name] };

/** What a query asks for, as the store takes it; with a scope only of teams in it. */
export function searchOf(asked: Asked, nowMs: number, scope?: TeamScope): Omit<SearchQuery, 'limit'> {
  const query: Omit<Query, 'limit'> = filteredOf(asked);
  const teams = teamsSeen(scope, query.team);
  if (teams !== undefined) query.team = teams;
  if (asked.from !== undefined) query.from = parseTime(asked.from, asked.zone, nowMs) ?? 0;
  if (asked.to !== undefined) query.to = parseTime(asked.to, asked.zone, nowMs) ?? nowMs;
  return query;
}

/** The same without times. */
export function filteredOf(asked: Filters): Omit<SearchQuery, 'limit'> {
  const query: Omit<Query, 'limit'> = filterOf(asked);
  addStatus(query, asked.status);
  if (asked.error_code !== undefined) query.errorCode = asked.error_code;
  if (asked.failure !== undefined) query.failure = asked.failure;
  if (asked.key_id !== undefined) query.keyId = asked.key_id;
  if (asked.end_user !== undefined) query.endUser = asked.end_user;
  if (asked.session !== undefined) query.session = asked.session;
  if (asked.trace_id !== undefined) query.traceId = asked.trace_id;
  if (asked.unpriced !== undefined) query.unpriced = asked.unpriced === 'true';
  if (asked.stream !== undefined) query.stream = asked.stream === 'true';
  if (asked.min_cost !== undefined) query.minNanoUsd = Number(parseUsd(asked.min_cost));
  if (asked.min_duration_ms !== undefined) query.minDurationMs = asked.min_duration_ms;
  if (asked.min_ttft_ms !== undefined) query.minTtftMs = asked.min_ttft_ms;
  const tag = tagOf(asked.tag);
  if (tag !== undefined) query.tag = tag;
  return query;
}

function addStatus(query: Omit<Query, 'limit'>, text: string | undefined): void {
  if (text === undefined) return;
  if (text === 'failed') query.failed = true;
  else if (text === 'failed_over') query.failedOver = true;
  else query.status = statusesOf(text);
}

function statusesOf(text: string): readonly [number, number] {
  if (text === 'ok') return [0, 399];
  if (text === 'error') return [400, 599];
  if (text.endsWith('xx')) return [Number(text[0]) * 100, Number(text[0]) * 100 + 99];
  const [from = '', to = from] = text.split('-');
  return [Number(from), Number(to)];
}
