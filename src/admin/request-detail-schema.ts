import { z } from 'zod';
import { requestSchema } from './request-json.ts';

const text = z.string().nullable();
const words = z.string().describe('In English, without a full stop.');

const span = z.object({
  kind: z
    .enum(['slot', 'room', 'retry', 'try'])
    .describe('A wait for a slot, for room at a backend, for the next try; or a try.'),
  start_ms: z.number().describe('From the beginning of the request.'),
  end_ms: z.number(),
  try: z.int().nullable().describe('The index in `tries`.'),
  first_content_ms: z.number().nullable().describe('From the beginning of the request.'),
});

/** What can become of a route. `not_reached`: its turn never came. */
export const ROUTE_STATES = [
  'served',
  'tried',
  'not_capable',
  'cooling',
  'half_open',
  'unhealthy',
  'draining',
  'disabled',
  'full',
  'pinned',
  'failed',
  'too_long',
  'no_time',
  'not_reached',
] as const;

const route = z.object({
  alias: text,
  backend: z.string(),
  model: z.string(),
  state: z.enum(ROUTE_STATES),
  words,
  cause: text.describe('The failure, of a try or that it rests for.'),
  until: text.describe('Until when it was to rest.'),
  tries: z.array(z.int()).describe('The indices in `tries`.'),
});

const leftAlias = z.object({
  alias: z.string(),
  reason: z.enum(['no_route_available', 'every_try_failed']),
  words,
});

const line = z.object({
  class: z.string().describe('The class of tokens, the tool, or `per_image` and the like.'),
  count: z.number(),
  unit: z.enum(['token', 'call', 'unit']),
  rate_usd: z.string().describe('USD per million tokens, per call or per unit.'),
  amount_usd: z.string().describe('count × rate, exactly.'),
});

const tryCost = z.object({
  try: z.int(),
  source: z.enum(['stated', 'config', 'table']).nullable().describe('Null: there is no price.'),
  tier: text,
  lines: z.array(line),
  multiplier: z.string(),
  exact_usd: text.describe('The sum of the lines × multiplier.'),
  cost_usd: text.describe('The same, rounded half up to 10⁻⁹ USD: what counts.'),
});

const charge = z.object({
  budget: z.string().describe('The id of the budget, as `GET /admin/budgets` has it.'),
  name: text.describe('Null: the budget is not in force any more.'),
  unit: z.enum(['usd', 'tokens', 'requests']).nullable(),
  amount: z.string().describe('Decimal text in the unit of the budget; without a unit, as it is counted.'),
  window_start: text.describe('Null: the window has no beginning.'),
});

/** One request with all that is known of it. */
export const requestDetailSchema = requestSchema.extend({
  retries: z.int().describe('Tries of a route that was tried before.'),
  timeline: z.array(span).describe('In the order of their beginning.'),
  routes: z.array(route).describe('In the order in which they were considered.'),
  routes_complete: z
    .boolean()
    .describe('False: the first route served, and the ledger keeps only that; there may be others.'),
  left_aliases: z.array(leftAlias).describe('The aliases that were given up for a fallback, and why.'),
  changes: z.object({
    model: z.object({ asked: text, sent: text }).nullable().describe('Null where the name stayed.'),
    dialect: z.object({ client: text, backend: text }).nullable().describe('Null where nothing was translated.'),
    system_prompts: z.array(z.string()).describe('Those that were put in, by name.'),
    include_usage: z.boolean().describe('The gateway asked for a stream’s token counts.'),
    output_limit: z.int().nullable().describe('The limit of output tokens that the gateway set.'),
    dropped: z.array(z.string()).describe('What could not be said to the backend.'),
  }),
  error: z
    .object({ code: z.string(), meaning: text, remedy: text })
    .nullable()
    .describe('What docs/errors.md says of `error_code`.'),
  cost: z.object({ tries: z.array(tryCost), total_usd: text, unpriced: z.boolean() }),
  charges: z.array(charge).describe('What it took from each budget.'),
  trace_url: text.describe(
    'Where its spans can be looked at, by `otel.link`. Null: there is no link, or no spans were kept.',
  ),
  source: z.enum(['ledger', 'memory']),
});

export type RequestDetailJson = z.output<typeof requestDetailSchema>;
