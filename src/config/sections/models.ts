import { z } from 'zod';
import { MAX_NAME_CHARS } from '../../core/route.ts';
import { parseDuration } from '../../lib/duration.ts';
import { budgetsOf } from './budgets.ts';
import { logBodies } from './key-fields.ts';
import { headerSafeText, percentage, REFUSED, text } from '../fields.ts';
import { timeoutOverridesSchema } from './timeout.ts';

export const balanceSchema = z.enum(['random', 'round_robin', 'least_busy', 'latency', 'session']);

export const routeSchema = z
  .strictObject({
    backend: text('name', 'the name of a backend').describe('The `name` of one of `backends`.'),
    model: headerSafeText('text', "a model's name as its backend knows it").describe(
      'The model as the backend knows it. Under a wildcard alias, one `*` in it stands for what the `*` of the alias matched.',
    ),
    priority: z
      .number()
      .int()
      .min(0)
      .default(1)
      .describe('Lower is tried first; routes of the same priority share the load.'),
    weight: z
      .number()
      .min(0)
      .default(1)
      .describe(
        'The share of the load among routes of the same priority, whatever `balance` says: with twice the weight a route gets twice as much.',
      ),
    enabled: z.boolean().default(true).describe('Whether this route is used.'),
  })
  .describe('One way to serve an alias: a model at a backend.');

const listedNameSchema = text('name', 'the name of a model, as clients ask for it').superRefine((name, context) => {
  const problem = name.includes('*')
    ? 'has a "*", which clients would take as part of the name (write the whole name of one model)'
    : nameProblem(name);
  if (problem !== undefined && name !== '') context.addIssue({ code: 'custom', message: problem });
});

const hedgeSchema = z
  .strictObject({
    after: z
      .union([z.string(), z.number()])
      .transform((value, context): number | 'p95' => {
        if (value === 'p95') return 'p95';
        const ms = parseDuration(value);
        if (ms !== undefined && ms > 0) return ms;
        context.addIssue({ code: 'custom', params: REFUSED });
        return z.NEVER;
      })
      .meta({ kind: 'duration or `p95`', allowed: 'p95, or a duration above 0 such as 800ms' })
      .prefault('p95')
      .describe(
        'How long the first route is waited for: a duration, or `p95`, the 95th percentile of what this route took of late to the first content of a stream or to a whole plain answer, each measured for itself; with `p95`, nothing is hedged until 40 are measured.',
      ),
    at_most: percentage()
      .prefault('5%')
      .describe(
        'The most requests of this alias that are asked twice. Each request earns this share of a hedge, ten hedges at most are saved up, and none is begun that is not earned: what is spent on hedges can never exceed this share.',
      ),
  })
  .meta({
    example: `models:
  fast:
    hedge:
      after: p95 # or 800ms
      at_most: 5%
    routes:
      - {backend: openai, model: gpt-5-mini}
      - {backend: azure, model: gpt-5-mini}`,
  });

const commitSchema = z
  .union([z.string(), z.number()])
  .transform((value, context) => {
    if (value === 'first_content' || value === 'block') return value;
    const ms = parseDuration(value);
    if (ms !== undefined && ms > 0) return ms;
    context.addIssue({ code: 'custom', params: REFUSED });
    return z.NEVER;
  })
  .meta({
    kind: 'commit point',
    allowed: 'first_content, block, or a duration above 0 such as 2s',
  });

export const modelSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether clients and fallbacks may use this alias.'),
    balance: balanceSchema
      .optional()
      .describe('How routes of the same priority share the load; overrides `routing.balance`.'),
    commit: commitSchema
      .prefault('first_content')
      .describe(
        'When a stream begins to reach its client; what breaks before that is routed around, and the client does not notice. `first_content`: with its first content. `block`: when its first text or thought is whole, or, where that leads to a tool call, when the call is. A duration such as `2s`: when a tool call is whole, or text has been held for that long, whichever is first. The client hears keep-alives meanwhile. A plain text is held to its end by `block`. A stream of which 1 MiB or 4,096 events are held goes out, whatever is set here, and so does one for which there is no memory left. It applies to clients that ask for this alias, whichever fallback serves them; requests of other kinds than conversations have `first_content`.',
      ),
    timeout: timeoutOverridesSchema.describe(
      'Time limits for this alias; they override those of the backend and those under `timeout`.',
    ),
    hedge: hedgeSchema
      .optional()
      .describe(
        "Hedging: where the first route is slow, the next route of the alias is tried beside it; the first to answer serves, and the other is aborted. Only for what may be asked twice: conversations, embeddings and counts of tokens; no images or audio, nothing that uses the provider's own tools or lets it keep the answer (`/v1/responses` without `store: false` at a backend that speaks it), or continues what it keeps. Never after a failure, never while requests wait, either backend is at its limit or more than half of `server.max_buffered_mb` is in use, and never to a second route that is cooling down, is at the same backend or has another `total_timeout`. Without it, a second route is tried only after the first has failed.",
      ),
    list: z
      .array(listedNameSchema)
      .optional()
      .describe(
        'For an alias that ends in `*`: the names that `GET /v1/models` lists for it, such as `openai/gpt-4o` for `openai/*`. Clients may still ask for others. Without it, none is listed.',
      ),
    budgets: budgetsOf('on the routes of this alias, by whomever; what fallbacks of it cost is theirs'),
    log_bodies: logBodies().describe(
      'Whether the ledger keeps the bodies of requests for this alias: `off` (the default), `errors` (of those that failed, or of which an attempt failed) or `all`. A key that has `log_bodies` decides for its own requests. See [ledger.md](ledger.md#bodies).',
    ),
    routes: z
      .array(routeSchema)
      .min(1)
      .meta({ allowed: 'a list of at least one route with the keys backend and model' })
      .describe('The ways to serve this alias: failover L1 tries them by priority.'),
  })
  .describe('One model name that clients may ask for.');

const aliasNameSchema = z.string().superRefine((name, context) => {
  const star = name.indexOf('*');
  const problem =
    name === ''
      ? 'is an empty name (an alias needs a name)'
      : star >= 0 && star < name.length - 1
        ? 'has a "*" that is not its last character (use one "*", at the end)'
        : nameProblem(name);
  if (problem) context.addIssue({ code: 'custom', message: problem });
});

export const modelsSchema = z
  .record(aliasNameSchema, modelSchema)
  .default({})
  .describe(
    'Model names that clients use (aliases), each with its routes. A name may hold `/` and end in one `*`: `"openai/*"` with `model: "*"` passes the matched part on.',
  );

/** What keeps a name out of every request. */
function nameProblem(name: string): string | undefined {
  if (name.length > MAX_NAME_CHARS)
    return `is longer than ${MAX_NAME_CHARS} characters, so no request could name it (use a shorter one)`;
  return name.isWellFormed()
    ? undefined
    : 'has half of a character in it (a lone surrogate), so no request could name it (use another)';
}
