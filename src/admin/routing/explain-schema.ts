import { z } from 'zod';
import { PROTOCOLS } from '../../protocols/registry.ts';

/** The dialects in which a client can ask; not the other ways to write the same one. */
const DIALECTS = PROTOCOLS.flatMap(([key, { name: own }]) => (key === own ? [own] : []));

const name = z.string().min(1).max(500);
const usd = z.string().nullable();

/** What `POST /admin/explain` takes. */
export const explainBody = z.strictObject({
  model: name
    .refine((text) => text.isWellFormed(), { message: 'holds half of a character (a lone surrogate)' })
    .describe('The alias, or a name that a wildcard alias stands for.'),
  dialect: z
    .enum(DIALECTS)
    .optional()
    .describe('In which the client asks; that of most clients (OpenAI chat) unless told.'),
  request: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('The body, as the client would send it. Without it: a few words.'),
  stream: z.boolean().optional().describe('Whether the answer is streamed; as the body says unless told.'),
  key_id: name.optional().describe('Whose limits count: a key that was made at run time, by its id.'),
  caller: name.optional().describe('The same by name, `TEAM/NAME` in a team; also a key of the config.'),
});

/** Why a route is not tried, or not now. */
const WHY_NOT = [
  'disabled',
  'draining',
  'dead',
  'cooling',
  'trial_under_way',
  'full',
  'pinned_elsewhere',
  'not_carried',
  'too_long',
  'retries_used_up',
  'no_time_left',
  'ended_before',
] as const;

/** One step of what would happen if everything before it failed. */
const step = z.object({
  type: z.enum(['attempt', 'wait', 'queue']).describe('`wait`: a backoff; `queue`: for a slot of a full backend.'),
  at_most_ms: z.number().nullable().describe('How long a wait may be; null: as long as `queue_timeout` lets it.'),
  alias: z.string().nullable(),
  backend: z.string().nullable(),
  model: z.string().nullable(),
  retry: z.int().describe('0: the first attempt at this route; 1: its first retry.'),
  fallback: z.boolean().describe('The route is that of another alias (L2).'),
  why: z.string().describe('In a sentence.'),
});

const route = z.object({
  alias: z.string(),
  backend: z.string(),
  model: z.string().describe('As it would be sent.'),
  vendor: z.string(),
  priority: z.int(),
  weight: z.number(),
  rank: z.int().nullable().describe('Its place among the routes that would be tried, from 1; null: it would not be.'),
  share: z
    .number()
    .nullable()
    .describe(
      'How likely it is the first of its priority, from 0 to 1, where chance decides; 1 or 0 where it does not. Null: it would not be tried.',
    ),
  skipped: z.enum(WHY_NOT).nullable().describe('Null: it would be tried.'),
  why: z.string().describe('In a sentence: why it stands where it does, or is left out.'),
  until: z.string().nullable().describe('When what keeps it out is over, where that is known.'),
  dialect: z.string().nullable().describe('In which the backend would be asked; null: it could not be.'),
  translated: z.boolean(),
  dropped: z.array(z.string()).describe('What would be left out of the request, as `x-llm-proxy-dropped` names it.'),
  refused_field: z.string().nullable().describe("What the backend's dialect cannot carry, so that it is not asked."),
  system_prompts: z.array(z.string()).describe('The prompt files whose text would be put in.'),
  cost: z
    .object({
      at_least_usd: usd.describe('The estimated input, as cheap as a cache makes it, and no output.'),
      at_most_usd: usd.describe(
        'The estimated input, as dear as it may be, and as much output as the request and the model allow.',
      ),
    })
    .nullable()
    .describe('Null: no price is known.'),
  most_output_tokens: z.int(),
});

const limit = z.object({
  limit: z.string().describe('The name of the limit or the budget: `rate limit of the key `ci``.'),
  kind: z.enum(['requests', 'tokens', 'concurrency', 'budget', 'queue']),
  key: z.string().describe('Where it is set.'),
  per: z.string().nullable().describe('`second`, `minute`, `month`; null where it is of no time.'),
  unit: z.enum(['requests', 'tokens', 'usd']),
  most: z.string(),
  left: z.string().describe('Decimal text; `0` where nothing is.'),
  needed: z.string().nullable().describe('What this request would take of it at first; null: not known.'),
  used: z.number().describe('From 0 to 1, and above where more was used than there is.'),
  refuses: z.boolean().describe('It would refuse the request now.'),
  resets_at: z.string().nullable(),
});

/** What `POST /admin/explain` answers. Nothing was sent, and nothing was taken. */
export const explainSchema = z.object({
  live: z.boolean().describe('False: from the config alone, without what a running gateway knows.'),
  alias: z.string().nullable().describe('The alias of the config that the model stands for; null: there is none.'),
  model: z.string(),
  dialect: z.string(),
  stream: z.boolean(),
  caller: z.string().nullable(),
  team: z.string().nullable(),
  allowed: z.boolean().describe('Whether the request would be let in as far as is known now.'),
  refusal: z
    .object({ code: z.string(), status: z.int(), message: z.string() })
    .nullable()
    .describe('What the client would hear at once.'),
  input_tokens: z.int().describe('Estimated from the length of its texts.'),
  balance: z.string().nullable(),
  deterministic: z.boolean().describe('False: chance decides the order within a priority; `share` tells how.'),
  routes: z
    .array(route)
    .describe('Every route of the alias and of its fallbacks, in the order in which they would be tried.'),
  steps: z.array(step).describe('What would happen if each attempt failed by `assumed_failure`.'),
  assumed_failure: z.string(),
  retries: z.object({ max: z.int(), backoff_initial_ms: z.number(), backoff_max_ms: z.number() }),
  hedge: z
    .object({
      after_ms: z.number().nullable().describe('Null: not known yet, so there would be none.'),
      backend: z.string().nullable(),
      why: z.string(),
    })
    .nullable()
    .describe('The route that would be tried beside a slow first; null: the alias has no hedging.'),
  fallbacks: z.array(z.string()),
  rehearsed: z.boolean().describe('A rehearsal lets attempts of this caller fail just now.'),
  limits: z.array(limit).describe('The nearest first.'),
});

/** What `POST /admin/explain` answers. */
export type ExplainJson = z.output<typeof explainSchema>;
/** What is to be explained, as it is after validation. */
export type ExplainQuestion = z.output<typeof explainBody>;
/** A route of it. */
export type ExplainedRouteJson = ExplainJson['routes'][number];
/** A step of it. */
export type ExplainedStepJson = ExplainJson['steps'][number];
/** A limit of it. */
export type ExplainedLimitJson = ExplainJson['limits'][number];
/** Why a route is not tried. */
export type WhyNot = (typeof WHY_NOT)[number];
