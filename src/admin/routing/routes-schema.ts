import { z } from 'zod';

const time = z.string().nullable();
const ms = z.number().nullable();

/** Why something rests or failed last. */
const failure = z
  .object({
    at: z.string(),
    failure: z.string().describe('As in the log: `503 overloaded`, `connection_failed (ECONNREFUSED)`.'),
    message: z.string().nullable().describe("The beginning of the provider's message, masked as in the log."),
    trace_id: z.string().nullable().describe('The request that met it.'),
  })
  .nullable();

const cooldown = z
  .object({
    state: z.enum(['cooling', 'half_open']),
    until: time.describe('Null: it is over, and one request may try.'),
    operation: z.string().describe('What cools down: a model that cannot draw may still chat.'),
    trial_under_way: z.boolean().describe('The one request that a half-open route is let have is under way.'),
    cause: failure,
  })
  .nullable();

const health = z.object({
  state: z.enum(['up', 'unknown', 'dead']).describe('`unknown`: nothing was heard of it since the start.'),
  dead_since: time,
  last_miss: failure.describe('The last health check that it missed.'),
});

/** A limit that applies to a route or an alias, whoever asks. */
const limit = z.object({
  kind: z.enum(['requests_per_second', 'tokens_per_minute', 'max_concurrency', 'budget']),
  name: z.string().describe('The key of the config, or the name of the budget.'),
  limit: z.string(),
  left: z.string().nullable(),
});

const price = z
  .object({
    input: z.string().nullable().describe('USD per million tokens, the multiplier of the backend included.'),
    output: z.string().nullable(),
    source: z.enum(['config', 'table']),
  })
  .nullable()
  .describe('Null: no price is known, or it depends on the name that is asked for.');

/** One route of an alias (L1), and how it is. */
export const routeSchema = z.object({
  backend: z.string(),
  model: z.string().describe('As it is sent; `*` stands for whatever is asked for.'),
  vendor: z.string(),
  dialects: z.array(z.string()).describe('Those that the backend speaks, the one that others are translated to first.'),
  priority: z.int(),
  weight: z.number(),
  enabled: z.boolean().describe('False: the route or its backend is switched off in the config.'),
  state: z
    .enum(['up', 'disabled', 'draining', 'dead', 'cooling', 'half_open', 'full'])
    .describe('The first of these that holds, from the left but for `up`, which is what is left.'),
  health,
  cooldown: cooldown.describe('Of its operation that rests the longest.'),
  draining: z.boolean(),
  slots: z.object({ in_use: z.int(), limit: z.int().nullable().describe('Null: no limit.') }),
  requests: z.int().describe('Attempts of the last `window_s` seconds that have ended.'),
  failed: z.int(),
  rehearsed: z.int().describe('Attempts that a rehearsal let fail; in none of the other numbers.'),
  share: z.number().nullable().describe("Its part of the alias's attempts, from 0 to 1; null: there were none."),
  ttft_ms: ms.describe('The average time to the first token, as `latency` balances by; null until measured.'),
  expected_ms: ms.describe('The same with its age: what was measured long ago counts less and less.'),
  last_failure: failure,
  last_success: time,
  price,
  limits: z.array(limit),
});

/** An alias with its routes (L1) and what it falls back to (L2). */
export const aliasSchema = z.object({
  alias: z.string(),
  enabled: z.boolean(),
  wildcard: z.boolean(),
  balance: z.enum(['random', 'round_robin', 'least_busy', 'latency', 'session']),
  hedge: z.object({ after: z.string().describe('`p95`, or a time such as `2s`.'), at_most: z.number() }).nullable(),
  state: z
    .enum(['up', 'degraded', 'down', 'disabled'])
    .describe('`degraded`: some of its enabled routes could not be tried now; `down`: none could.'),
  routes: z.array(routeSchema).describe('By priority, the best first.'),
  fallbacks: z.array(z.string()).describe('The aliases that are tried next, in order, with what they fall back to.'),
  requests: z.int(),
  limits: z.array(limit).describe('What limits all requests for the alias.'),
});

/** What `GET /admin/routes` answers. */
export const routesSchema = z.object({
  data: z.array(aliasSchema),
  window_s: z.int().describe('The time that `requests`, `failed` and `share` are of.'),
  rehearsals: z.int().describe('How many rehearsals are under way.'),
});

/** A route as the admin API gives it. */
export type RouteJson = z.output<typeof routeSchema>;
/** An alias likewise. */
export type AliasJson = z.output<typeof aliasSchema>;
/** A failure likewise. */
export type FailureJson = z.output<typeof failure>;
/** A limit likewise. */
export type LimitJson = z.output<typeof limit>;
