import { z } from 'zod';
import { ENDPOINT_KINDS } from '../../core/endpoint-kind.ts';
import { LOG_BODIES } from '../../core/caller.ts';
import { MAX_NAME_CHARS } from '../../core/route.ts';
import { REFUSED, text, time } from '../fields.ts';
import { budgetsOf, tokensPerMinute } from './budgets.ts';
import { isPeer } from './server.ts';

const NAME_ALLOWED = 'up to 64 letters, digits, `.`, `_` or `-`; not `proxy` or `anonymous`';
const NAME = /^(?!(?:proxy|anonymous)$)[A-Za-z0-9._-]{1,64}$/;
const TEAM_ALLOWED = 'up to 64 letters, digits, `.`, `_` or `-`';
// `.` and `..` mean something else in a path.
const TEAM = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$/;
const MODEL_ALLOWED = `the name of an alias, of up to ${MAX_NAME_CHARS} characters; one \`*\`, at its end, stands for any ending`;
const OWNER_ALLOWED = 'up to 200 characters on one line';
const ENDPOINT_ALLOWED = `one of ${ENDPOINT_KINDS.join(', ')}, or a path such as /v1/messages; one \`*\`, at its end, stands for any ending`;
const TAG = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/;
const TAG_PROBLEM = 'is no name of a tag (use up to 64 letters, digits, `.`, `_`, `:`, `/` or `-`)';
const MOST_TAGS = 32;
const MOST_MODELS = 1000;
const MOST_ADDRESSES = 1000;
const MOST_RPS = 1_000_000;
// No control characters: they would be in the way of whoever reads logs.
const ONE_LINE = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,200}$/u;

/** What a key or a team is called. */
export function teamName() {
  return text('name', TEAM_ALLOWED).refine((name) => name === '' || TEAM.test(name), { params: REFUSED });
}

/** A text of up to 200 characters on one line. */
export function oneLine() {
  return text('text', OWNER_ALLOWED).refine((value) => value === '' || ONE_LINE.test(value), { params: REFUSED });
}

/** Names of aliases, some with a `*` at their end. */
export function modelNames() {
  const name = text('name', MODEL_ALLOWED).refine(
    (value) => value.length <= MAX_NAME_CHARS && !value.slice(0, -1).includes('*') && ONE_LINE_OF_ANY.test(value),
    { params: REFUSED },
  );
  return z
    .array(name)
    .min(1)
    .max(MOST_MODELS, { error: `has more than ${MOST_MODELS} names (let a \`*\` stand for several)` })
    .meta({ allowed: 'a list of aliases; ["*"] is all' });
}

const ONE_LINE_OF_ANY = /^[^\p{Cc}]*$/u;

/** `log_bodies`. */
export function logBodies() {
  return z.enum(LOG_BODIES).optional();
}

/** `rps` and `rpm`; `whose` ends the sentence that says which requests they limit. */
export function requestRates(whose: string) {
  const rate = () => z.number().gt(0).max(MOST_RPS).optional();
  return {
    rps: rate().describe(
      `Requests per second ${whose}, by a token bucket that holds those of \`rate_limit.burst_factor\` seconds. More get 429 \`rate_limit_exceeded\`.`,
    ),
    rpm: rate().describe(`Requests per minute ${whose}, by a token bucket that holds those of one minute.`),
  };
}

/** `max_concurrency`; `whose` ends the sentence that says which requests it limits. */
export function maxConcurrency(whose: string) {
  return z
    .number()
    .int()
    .gt(0)
    .optional()
    .describe(
      `Requests at once ${whose}. More are refused at once with 429 \`concurrency_limit_exceeded\`: they do not wait, so that none takes the places of others in the queue.`,
    );
}

/** What a key says of its caller, whether it stands in the config or was made at run time. */
export const KEY_FIELDS = {
  team: teamName()
    .optional()
    .describe('The team of `teams` that the key belongs to: what the team may not do, the key may not.'),
  owner: oneLine()
    .optional()
    .describe('Whose key it is: a person, say, or a service. It is for people and reports, and opens nothing.'),
  models: modelNames().describe(
    'The aliases that the caller may ask for; a trailing `*` stands for any ending, `["*"]` is all. A fallback (`alias_fallback`) serves whoever may use the alias that was asked for.',
  ),
  endpoints: z
    .array(text('name', ENDPOINT_ALLOWED).refine((value) => value === '' || isEndpoint(value), { params: REFUSED }))
    .min(1)
    .max(100)
    .meta({ allowed: 'a list of endpoints; leave it out for all' })
    .optional()
    .describe(
      'The endpoints that the key is for; without it, all. `chat` is what goes on with a conversation, in any dialect, with its token counts and kept responses; the others are `completions`, `embeddings`, `moderations`, `rerank`, `images`, `audio` and `passthrough`. A path stands for itself, a trailing `*` for any ending. Other endpoints get 403 `endpoint_not_allowed`. The lists of models are for every key.',
    ),
  allowed_ips: z
    .array(
      text('CIDR', 'an IP address or CIDR such as 10.0.0.0/8 or 2001:db8::1').refine(
        (value) => value === '' || isPeer(value),
        { params: REFUSED },
      ),
    )
    .min(1)
    .max(MOST_ADDRESSES)
    .meta({ allowed: 'a list of IP addresses and CIDRs; leave it out for all' })
    .optional()
    .describe(
      'The addresses that the key may be used from, as IP addresses or CIDRs; `"unix:"` is a Unix socket. Without it, from anywhere. Other addresses get 403 `address_not_allowed`. Behind a reverse proxy set `proxy.trusted_proxies`: otherwise its address counts.',
    ),
  enabled: z.boolean().default(true).describe('Whether the key lets in.'),
  expires_at: time().optional().describe('Until when the key lets in.'),
  ...requestRates('of the key'),
  tpm: tokensPerMinute('of the key'),
  max_concurrency: maxConcurrency('of the key'),
  budgets: budgetsOf('with the key'),
  tags: z
    .record(z.string().regex(TAG, { error: TAG_PROBLEM }), oneLine())
    .refine((tags) => Object.keys(tags).length <= MOST_TAGS, { error: `has more than ${MOST_TAGS} tags (use fewer)` })
    .optional()
    .describe('Names with values, such as `env: prod`, that usage is grouped by and that budgets can be `match`ed to.'),
  log_bodies: logBodies().describe(
    'Whether the ledger keeps the bodies of requests with this key: `off`, `errors` (of those that failed, or of which an attempt failed) or `all`. Without it, `log_bodies` of the alias counts. They are masked like the log, and stay for `ledger.keep_bodies_days`. See [ledger.md](ledger.md#bodies).',
  ),
};

/** The name of a key. */
export function keyName() {
  return text('name', NAME_ALLOWED).refine((name) => name === '' || NAME.test(name), { params: REFUSED });
}

function isEndpoint(value: string): boolean {
  if ((ENDPOINT_KINDS as readonly string[]).includes(value)) return true;
  return /^\/[\w./:-]{0,200}\*?$/.test(value);
}
