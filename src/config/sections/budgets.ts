import { z } from 'zod';
import { nameOf, type BudgetSpec, type BudgetUnit } from '../../core/budget-spec.ts';
import { isZone } from '../../lib/is-zone.ts';
import { formatUsd, MOST_USD, parseUsd, type UsdProblem } from '../../lib/usd.ts';
import { REFUSED, secretText, text } from '../fields.ts';

const NAME_ALLOWED = 'up to 64 letters, digits, `.`, `_` or `-`';
const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const USD_ALLOWED = 'USD as a decimal number such as 50 or 0.25';

const USD_PROBLEMS: Readonly<Record<UsdProblem, string>> = {
  malformed: `is no amount (${USD_ALLOWED})`,
  negative: `is negative (${USD_ALLOWED}; 0 allows nothing)`,
  too_fine: 'has more than 9 decimals (budgets are counted in billionths of a USD)',
  too_much: `is too much (at most ${MOST_USD} USD)`,
};

/** An amount of USD: a decimal number in the file, the shortest text of it in the parsed config, so that no digit is lost. */
function usd() {
  return z
    .union([z.string(), z.number()])
    .transform((value, context) => {
      const nano = parseUsd(String(value));
      if (typeof nano === 'bigint') return formatUsd(nano);
      context.addIssue({ code: 'custom', message: USD_PROBLEMS[nano] });
      return z.NEVER;
    })
    .meta({ kind: 'decimal', allowed: USD_ALLOWED });
}

const zone = text('zone', 'a time zone such as UTC, Europe/Berlin or +05:30').refine(
  (name) => name === '' || isZone(name),
  { params: REFUSED },
);

const onExceeded = z
  .union([
    z.enum(['reject']),
    z.strictObject({
      fallback: z
        .array(text('name', 'the name of an alias'))
        .min(1)
        .meta({ allowed: 'a list of at least one alias' })
        .describe('The aliases to go on with: the first that no budget refuses serves.'),
    }),
  ])
  .meta({ kind: '`reject` or a map', allowed: 'reject, or a map with the key fallback' });

const members = {
  usd: usd()
    .optional()
    .describe(
      'How many USD may be spent in each window: a decimal number with up to 9 decimals. 0 allows nothing. One of `usd`, `tokens` and `requests` is needed.',
    ),
  tokens: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('How many tokens may be used in each window, input and output together. 0 allows nothing.'),
  requests: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('How many requests may be made in each window. 0 allows nothing.'),
  per: z
    .enum(['hour', 'day', 'week', 'month', 'quarter', 'year', 'total'])
    .describe(
      'The window: a calendar hour, day, week, month, quarter or year in `zone`; `total` never begins anew. A day on which the clocks change has 23 or 25 hours.',
    ),
  zone: zone.default('UTC').describe('The time zone of the window, by its name in the IANA database.'),
  week_starts: z
    .enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'])
    .default('monday')
    .describe('The day on which a week begins.'),
  mode: z
    .enum(['hard', 'soft', 'observe'])
    .default('hard')
    .describe(
      'What happens at the limit. `hard`: requests that might pass it are refused with 429 `budget_exceeded`. `soft`: they pass; answers carry the header `x-llm-proxy-budget`, and alerts are sent. `observe`: it is only counted.',
    ),
  alert_at: z
    .array(z.number().gt(0).max(1000))
    .max(20)
    .default([50, 80, 100])
    .meta({ allowed: 'a list of up to 20 percentages, each above 0 and at most 1000' })
    .describe('Percentages of the budget at which `alerts.webhook` is told, once for each window. Not with `observe`.'),
  on_exceeded: onExceeded
    .prefault('reject')
    .describe(
      'What becomes of a request that a hard budget refuses: `reject`, or `fallback: [alias, …]`, cheaper aliases to go on with.',
    ),
  overrun: z
    .enum(['end', 'finish'])
    .default('end')
    .describe(
      'What becomes of a stream that a hard budget has nothing left for: `end` with an error in the dialect of the client, or `finish` all the same.',
    ),
  unpriced: z
    .enum(['deny', 'allow'])
    .default('deny')
    .describe(
      'Whether a hard budget in USD lets requests pass to models without a known price, which it cannot count: `deny` (403 `unpriced_model`) or `allow`.',
    ),
};

const budgetSchema = z
  .strictObject({
    name: budgetName()
      .optional()
      .describe(
        'What it is called in answers, metrics and alerts; without it, by its unit and window (`usd-month`). What is spent is kept under this name, unit and window: renamed, it begins anew.',
      ),
    ...members,
  })
  .superRefine(oneUnit)
  .describe('One budget.');

const matchedBudgetSchema = z
  .strictObject({
    name: budgetName().describe('What it is called in answers, metrics and alerts.'),
    match: z
      .record(text(), text())
      .default({})
      .describe(
        'The tags that a key must have for its requests to count: each by its name, with its value or `*` for any. Without tags, all requests count.',
      ),
    ...members,
  })
  .superRefine(oneUnit)
  .describe('One budget.');

/** `budgets` of a key, a team or an alias; `whose` ends the sentence that says what counts for them. */
export function budgetsOf(whose: string) {
  return z
    .array(budgetSchema)
    .superRefine(noNamesakes)
    .optional()
    .describe(
      `What may be spent ${whose}. All budgets that a request counts for must have room for it, or it takes from none.`,
    );
}

/** `budgets` at the top: budgets of all requests, or of those whose keys have certain tags. */
export const budgetsSchema = z
  .array(matchedBudgetSchema)
  .superRefine(noNamesakes)
  .optional()
  .describe(
    'Budgets of all requests, or of those of keys with certain tags. Keys, teams and `models.<alias>` have budgets of their own. See [budgets.md](budgets.md).',
  );

/** `tpm`: tokens per minute; `whose` ends the sentence that says what counts for it. */
export function tokensPerMinute(whose: string) {
  return z
    .number()
    .gt(0)
    .optional()
    .describe(
      `Tokens per minute ${whose}, input and output together, by a token bucket that holds those of one minute. A request takes what it is expected to use, and what it has not used goes back.`,
    );
}

/** `alerts`: who is told that a budget is used up. */
export const alertsSchema = z
  .strictObject({
    webhook: text('URL', 'a URL that begins with http:// or https://')
      .refine((url) => url === '' || isWebUrl(url), { params: REFUSED })
      .meta({ secret: true })
      .optional()
      .describe(
        'Where an alert is sent when a budget reaches a percentage of its `alert_at`: a POST with JSON, tried again while it is not answered with 2xx.',
      ),
    secret: secretText('text, ${VARIABLE} or file:/path/to/it')
      .optional()
      .describe(
        'What alerts are signed with: the header `x-llm-proxy-signature` is `sha256=` and the HMAC-SHA-256 of the body, in hexadecimal.',
      ),
  })
  .optional()
  .describe('Alerts of budgets. Without it, nobody is told.');

function budgetName() {
  return text('name', NAME_ALLOWED).refine((name) => name === '' || NAME.test(name), { params: REFUSED });
}

function oneUnit(budget: { readonly [K in BudgetUnit]?: unknown }, context: z.RefinementCtx): void {
  const given = (['usd', 'tokens', 'requests'] as const).filter((unit) => budget[unit] !== undefined);
  const [, second] = given;
  if (given.length === 0)
    context.addIssue({ code: 'custom', message: 'has no amount (set one of usd, tokens and requests)' });
  if (second !== undefined)
    context.addIssue({
      code: 'custom',
      path: [second],
      message: `cannot stand beside ${given[0]} (make it a budget of its own)`,
    });
}

/** Two budgets of one name would share one counter. */
function noNamesakes(budgets: readonly BudgetSpec[], context: z.RefinementCtx): void {
  const first = new Map<string, number>();
  for (const [index, budget] of budgets.entries()) {
    const name = nameOf(budget);
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    else
      context.addIssue({
        code: 'custom',
        path: [index, ...(budget.name === undefined ? [] : ['name'])],
        message: `is a second budget "${name}" (the one at ${earlier} has that name already: give it another)`,
      });
  }
}

function isWebUrl(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}
