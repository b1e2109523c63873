import { z } from 'zod';
import { zoneText } from '../time-text.ts';

/** The lengths of time that the overview can show. */
export const WINDOWS = ['15m', '1h', '24h', '7d', '30d'] as const;

/** What the overview is asked by. */
export const overviewQuery = z.strictObject({
  window: z.enum(WINDOWS).default('1h').describe('How far back it looks.'),
  zone: zoneText,
});

const ms = z.number().nullable();

/** Counts of requests and what they came to. */
const totals = z.object({
  requests: z.int(),
  failed: z.int().describe('Answered with 400 or above, refusals of the gateway included, or broken off.'),
  refused: z.int().nullable().describe('Of these, refused by the gateway itself. Null: not known so far back.'),
  failed_over: z.int().nullable().describe('Those that needed more than one attempt. Null: not known so far back.'),
  ttft_p50_ms: ms.describe('Time to the first content, from a histogram: exact to 10 %. Null: not known.'),
  ttft_p95_ms: ms,
  tokens: z.int(),
  cost_usd: z.string().describe('Decimal USD; of requests without a price, nothing is in it.'),
  unpriced: z.int().describe('Requests with a part that has no price.'),
});

const top = z.object({
  name: z.string().nullable().describe('Null: those without one.'),
  requests: z.int(),
  failed: z.int(),
  cost_usd: z.string(),
});

const tops = z.object({
  by_cost: z.array(top).describe('At most 10, the most expensive first.'),
  by_requests: z.array(top).describe('At most 10, the busiest first.'),
});

const overviewBackend = z.object({
  name: z.string(),
  state: z.enum(['up', 'cooling', 'half_open', 'dead', 'draining']).describe('As its model that is worst off.'),
  cause: z.string().nullable().describe('Why it is not up, in the words of the failure table.'),
  until: z.string().nullable().describe('Until when it cools down.'),
  cooling_models: z.array(z.string()),
  in_flight: z.int(),
  limit: z.int().nullable(),
});

/** What needs attention, by its kind; `data` of each kind has the members that stand behind it. */
export const ATTENTION_KINDS = [
  'backend_dead', // cause
  'backend_cooling', // models, cause, until
  'alias_without_route', // routes
  'unpriced', // model, requests
  'budget_exceeded', // name, unit, limit, spent, percent, resets_at
  'budget_near', // the same
  'config_invalid', // problems, at
  'ledger_trouble', // trouble, journal_rows, lag_ms
  'ledger_rows_lost', // rows
  'log_lines_dropped', // lines
  'price_table_old', // date, days
  'open_beyond_loopback', // listen
  'key_expires', // key, name, expires_at
  'error_rate_up', // percent, percent_before
] as const;

const attention = z.object({
  kind: z.enum(ATTENTION_KINDS),
  severity: z.enum(['critical', 'warning', 'info']),
  subject: z.string().describe('Whom or what it is about; empty for the gateway as such.'),
  data: z.record(z.string(), z.unknown()).describe('What a sentence about it is made of.'),
  link: z.string().nullable().describe('The page of the console that shows more.'),
});

/** How the gateway is doing. */
export const overviewAnswer = z.object({
  window: z.enum(WINDOWS),
  from: z.string(),
  to: z.string(),
  now: z.string(),
  step_ms: z.int().describe('The length of a step; of whole days, 24 hours.'),
  source: z
    .enum(['memory', 'ledger'])
    .describe('`memory`: what this process has seen, or read at its start; `ledger`: sums of whole hours.'),
  known_since: z.string().describe('From when on everything that is shown is known.'),
  series: z.array(totals.extend({ at: z.string() })).describe('The earliest first, without gaps.'),
  totals,
  before: totals.nullable().describe('The same of the window before; null where it is not known.'),
  running: z.int(),
  waiting: z.int(),
  top: z.object({ callers: tops, aliases: tops, models: tops, backends: tops }),
  backends: z.array(overviewBackend),
  attention: z.array(attention).describe('The most severe first.'),
});

export type Overview = z.output<typeof overviewAnswer>;
export type OverviewTotals = z.output<typeof totals>;
export type OverviewTop = z.output<typeof top>;
export type OverviewBackend = z.output<typeof overviewBackend>;
export type Attention = z.output<typeof attention>;
