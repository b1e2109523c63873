import { z } from 'zod';
import { duration, REFUSED, text } from '../fields.ts';
import { parseStatusRange } from '../status-ranges.ts';
import { balanceSchema } from './models.ts';

export const routingSchema = z
  .strictObject({
    balance: balanceSchema
      .default('random')
      .describe(
        'How routes of the same priority share the load; the `weight` of each applies under every rule: `random`, `round_robin`, `least_busy`, `latency` (time to first byte and requests in flight) or `session` (a conversation stays where it began, so that prompt caches stay warm).',
      ),
    default_alias: text('name', 'the name of an alias')
      .optional()
      .describe(
        'The alias of requests that name no model, where the API lets them: moderations, images, `/v1/responses` and `/v1/responses/input_tokens`; and `/v1/audio/voices` and `/v1/audio/voice_consents`, which know no model. Without it they are answered with 400. A response with a stored `prompt` goes to a backend of this alias with the model of that prompt.',
      ),
  })
  .prefault({})
  .describe('How routes are chosen.');

export const fallbackSchema = z
  .strictObject({
    cooldown_seconds: z
      .number()
      .min(0)
      .default(60)
      .describe(
        'How long an operation (chat, embeddings, images, …) of a model at a backend is left alone when it has failed, in seconds; after that, one request at a time tries it, once. A `Retry-After` of the backend takes precedence. 0 turns cooldowns off. See errors.md for what cools down.',
      ),
    max_retries: z
      .number()
      .int()
      .min(0)
      .default(3)
      .describe(
        'The most retries for each alias. Every route is tried once before any is tried again; 0 tries every route once and none twice.',
      ),
    alias_fallback: z
      .record(z.string(), z.array(text('name', 'the name of an alias')))
      .default({})
      .describe(
        'Failover L2, by alias: the aliases to go on with, in order, when every route of it has failed. Their own fallbacks follow each of them.',
      ),
    backoff_initial: duration()
      .prefault('500ms')
      .describe('The longest wait before the first retry; it doubles with each retry.'),
    backoff_max: duration().prefault('5s').describe('The longest wait before any repeated try.'),
    retry_after_max: duration()
      .prefault('5s')
      .describe('A `Retry-After` up to this is waited out; with a longer one the next alias is tried.'),
    when_all_cooling: z
      .enum(['try', 'reject'])
      .default('try')
      .describe('When every route is cooling down: `try` the one due back soonest, or `reject` the request with 503.'),
  })
  .prefault({})
  .describe('What happens when a backend fails.');

const statusSchema = z
  .union([z.string(), z.number()])
  .transform((code, context) => {
    if (parseStatusRange(code)) return String(code);
    context.addIssue({ code: 'custom', params: REFUSED });
    return z.NEVER;
  })
  .meta({
    kind: 'status',
    allowed: 'a status code such as 503, a class such as 4xx or a range such as 429-499, within 100 to 599',
  });

const PATTERN_KINDS = [
  'refused',
  'rate_limited',
  'overloaded',
  'server_error',
  'not_found',
  'context_length',
  'content_filter',
  'bad_request',
] as const;

const patternSchema = z
  .union([
    text('text', 'text to look for'),
    z.strictObject({
      match: text('text', 'text to look for').describe('The text to look for.'),
      as: z
        .enum(PATTERN_KINDS)
        .optional()
        .describe('The failure that it counts as: routes, fallbacks and cooldown follow from that.'),
    }),
  ])
  .meta({ kind: 'text, or a map of `match` and `as`', allowed: 'text to look for' });

export const detectionSchema = z
  .strictObject({
    error_codes: z
      .array(statusSchema)
      .prefault(['429', '5xx', '401', '402', '403', '404', '408'])
      .describe(
        'Answers with these status codes are failures to route around: `503`, `4xx` or `429-499`. Others go to the client.',
      ),
    error_patterns: z
      .array(patternSchema)
      .default([])
      .describe(
        'Literal texts, case apart, that make an error answer a failure to route around. Looked for in error bodies only, never in what a model said. `{match: "credit limit", as: refused}` says besides as what it counts (see errors.md for what follows): `refused`, `rate_limited`, `overloaded`, `server_error`, `not_found`, `context_length`, `content_filter` or `bad_request`. Without `as` it counts as what its status and code say, and a 400 cools nothing down.',
      ),
  })
  .prefault({})
  .describe('Which answers count as failures.');

export const streamSchema = z
  .strictObject({
    keepalive: duration()
      .prefault('15s')
      .describe(
        'After so long without a byte a streaming client gets an SSE comment, so that load balancers keep the connection. 0 turns it off.',
      ),
  })
  .prefault({})
  .describe('Streamed answers.');
