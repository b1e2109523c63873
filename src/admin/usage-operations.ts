import { z } from 'zod';
import { TOKEN_CLASSES } from '../core/token-classes.ts';
import { formatUsd } from '../lib/usd.ts';
import { Refusal } from '../core/refusal.ts';
import {
  USAGE_DIMENSIONS,
  ROW_TEXTS,
  type UsageDimension,
  type RowText,
  type UsageGroup,
  type UsageQuery,
  type UsageSums,
} from '../storage/ledger-query.ts';
import type { LocalAnswer } from '../core/local-answer.ts';
import type { AdminContext } from './admin-context.ts';
import { csvOf } from './csv.ts';
import { filters, filterOf, tagOf } from './filters.ts';
import { operation } from './operation.ts';
import { ledgerOf } from './store-of.ts';
import { teamsSeen } from './team-scope.ts';
import { matrixOf } from './usage-matrix.ts';
import { TOP_BY, usageMatrix } from './usage-matrix-schema.ts';
import { BUCKETS, bucketsOf, MOST_BUCKETS, parseTime, timeText, zoneText } from './time-text.ts';

const DEFAULT_FROM = '30d';

/** What sums are asked for by. */
export const usageQuery = z.strictObject({
  group_by: z
    .string()
    .optional()
    .describe(
      `What sums are for, separated by commas: ${USAGE_DIMENSIONS.join(', ')}, ${BUCKETS.join(', ')}, tag:KEY; or, from the rows themselves and beside times alone, ${ROW_TEXTS.join(', ')}.`,
    ),
  from: timeText(`From when on (default ${DEFAULT_FROM})`),
  to: timeText('Up to when (default: now)'),
  zone: zoneText,
  limit: z.coerce.number().int().min(1).max(10_000).default(1000).describe('The most groups, the dearest first.'),
  top: z.coerce
    .number()
    .int()
    .min(1)
    .max(50)
    .optional()
    .describe(
      'Answers with a `matrix` instead of `data`: the first so many groups by steps of time, and the others as one.',
    ),
  top_by: z.enum(TOP_BY).default('cost').describe('What the first groups of a matrix have the most of.'),
  format: z.enum(['json', 'csv']).default('json'),
  ...filters,
});

/** A count as JSON has it: whole and exact, as far as JSON's numbers are. */
const count = z.int().min(0);

/** The name of each class of tokens in answers. */
const TOKEN_NAMES = {
  input: 'input_tokens',
  cacheRead: 'cache_read_tokens',
  cacheWrite5m: 'cache_write_5m_tokens',
  cacheWrite1h: 'cache_write_1h_tokens',
  output: 'output_tokens',
  reasoning: 'reasoning_tokens',
  audioIn: 'audio_input_tokens',
  audioOut: 'audio_output_tokens',
  imageIn: 'image_input_tokens',
  imageOut: 'image_output_tokens',
} as const satisfies Record<(typeof TOKEN_CLASSES)[number], string>;

const sums = z.object({
  requests: count,
  failed: count.describe('Of the requests, those answered with 400 or above.'),
  interrupted: count.describe('Streams that broke after content had been sent.'),
  attempts: count,
  ...Object.fromEntries(TOKEN_CLASSES.map((name) => [TOKEN_NAMES[name], count])),
  total_tokens: count.describe('The sum of all classes of tokens, which do not overlap.'),
  server_tool_calls: count,
  cost_usd: z.string().describe('Decimal USD; of requests without a price, nothing is in it.'),
  unpriced_requests: count,
  estimated_requests: count.describe('Requests of which a part was not reported and is counted from what was seen.'),
});

const group = sums.extend({
  ...Object.fromEntries(USAGE_DIMENSIONS.map((name) => [name, z.string().nullable().optional()])),
  time: z.string().optional().describe('The start of the hour, day and so on, as RFC 3339.'),
  tag: z.string().nullable().optional(),
  ...Object.fromEntries(ROW_TEXTS.map((name) => [name, z.string().nullable().optional()])),
});

/** Sums by group, and of all. */
export const usageAnswer = z.object({
  data: z.array(group),
  total: sums,
  matrix: usageMatrix.optional().describe('Where `top` asks for it; `data` is empty then.'),
  from: z
    .string()
    .describe(
      'What was counted: as asked. Of days whose rows are gone (`ledger.keep_days`) there are sums of whole hours (UTC) alone: then it is the start of the hour that the `from` of the query is in.',
    ),
  to: z.string().describe('The same of the end.'),
});

/** Usage and cost, summed. */
export const usageOperations = [
  operation({
    id: 'getUsage',
    method: 'GET',
    path: '/admin/usage',
    role: 'viewer',
    ownTeams: true,
    summary: 'Requests, tokens by class and cost, summed by what `group_by` names.',
    query: usageQuery,
    answer: usageAnswer,
    produces: ['text/csv'],
    handle: ({ query, scope }, context) => {
      const team = teamsSeen(scope, filterOf(query).team);
      return usageOf(query, context, team && { team });
    },
  }),
];

/** Sums as a query asks for them; `only`: of these alone, whatever it says. */
export async function usageOf(
  asked: z.output<typeof usageQuery>,
  context: AdminContext,
  only: Pick<UsageQuery, 'key' | 'caller' | 'team'> = {},
): Promise<LocalAnswer> {
  const { zone } = asked;
  const nowMs = context.clock.wallNow();
  const to = parseTime(asked.to ?? '0m', zone, nowMs) ?? nowMs;
  const from = parseTime(asked.from ?? DEFAULT_FROM, zone, nowMs) ?? 0;
  if (from >= to) throw new Refusal('invalid_request', '`from` must be before `to`.', { param: 'from' });
  const { groupBy, per, tagKey, text } = groupsOf(asked.group_by ?? '');
  const buckets = per === undefined ? undefined : bucketsOf(per, { from, to }, zone);
  if (per !== undefined && buckets === undefined)
    throw new Refusal(
      'invalid_request',
      `\`group_by\`: there are more than ${MOST_BUCKETS} times of a ${per} between \`from\` and \`to\`. Ask for less, or for longer ones.`,
      { param: 'group_by' },
    );
  const tag = tagOf(asked.tag);
  const { groups, total, ...counted } = await (
    await ledgerOf(context)
  ).usage({
    ...filterOf(asked),
    ...only,
    from: buckets?.[0] ?? from,
    to,
    groupBy,
    // A matrix is made of all groups.
    ...(asked.top === undefined ? { limit: asked.limit } : {}),
    ...(text === undefined ? {} : { groupByText: text }),
    ...(tagKey === undefined ? {} : { groupByTag: tagKey }),
    ...(buckets === undefined ? {} : { buckets }),
    ...(tag === undefined ? {} : { tag }),
  });
  if (asked.top !== undefined && asked.format === 'json') {
    const matrix = matrixOf(groups, { top: asked.top, by: asked.top_by, buckets, from: counted.from });
    const times = { from: timeJson(counted.from), to: timeJson(counted.to) };
    return { body: { data: [], total: sumsJson(total), matrix, ...times } };
  }
  const data = groups.map((group) => groupJson(group, text));
  if (asked.format === 'csv') return csvOf(data, 'usage.csv');
  return { body: { data, total: sumsJson(total), from: timeJson(counted.from), to: timeJson(counted.to) } };
}

/** What `group_by` asks for: `caller,model,day,tag:project`. Throws a Refusal. */
export function groupsOf(text: string): {
  readonly groupBy: readonly UsageDimension[];
  readonly per: (typeof BUCKETS)[number] | undefined;
  readonly tagKey: string | undefined;
  readonly text: RowText | undefined;
} {
  const groupBy = new Set<UsageDimension>();
  let per: (typeof BUCKETS)[number] | undefined;
  let tagKey: string | undefined;
  let rowText: RowText | undefined;
  for (const name of text.split(',').map((each) => each.trim())) {
    if (name === '') continue;
    const dimension = USAGE_DIMENSIONS.find((each) => each === name);
    const bucket = BUCKETS.find((each) => each === name);
    const text = ROW_TEXTS.find((each) => each === name);
    if (dimension !== undefined) groupBy.add(dimension);
    else if (text !== undefined && rowText === undefined) rowText = text;
    else if (bucket !== undefined && per === undefined) per = bucket;
    else if (name.startsWith('tag:') && tagKey === undefined) tagKey = name.slice('tag:'.length);
    else throw unknownGroup(name);
  }
  if (rowText !== undefined && (groupBy.size > 0 || tagKey !== undefined))
    throw unknownGroup(`${rowText} beside others`);
  return { groupBy: [...groupBy], per, tagKey, text: rowText };
}

function unknownGroup(name: string): Refusal {
  const known = [...USAGE_DIMENSIONS, ...BUCKETS, ...ROW_TEXTS].join(', ');
  return new Refusal(
    'invalid_request',
    `\`group_by\` cannot be \`${name.slice(0, 50)}\` (known: ${known}, and tag:KEY; one length of time and one tag at most).`,
    { param: 'group_by' },
  );
}

/** A group as answers have it. */
export function groupJson(
  { dimensions, bucket, tag, text, sums: own }: UsageGroup,
  rowText?: RowText,
): Record<string, unknown> {
  return {
    ...(bucket === undefined ? {} : { time: timeJson(bucket) }),
    ...dimensions,
    ...(tag === undefined ? {} : { tag }),
    ...(rowText === undefined ? {} : { [rowText]: text ?? null }),
    ...sumsJson(own),
  };
}

/** Sums as answers have them; money is decimal text. */
export function sumsJson(own: UsageSums): Record<string, unknown> {
  let total = 0n;
  const tokens: Record<string, number> = {};
  for (const name of TOKEN_CLASSES) {
    total += own[name];
    tokens[TOKEN_NAMES[name]] = Number(own[name]);
  }
  return {
    requests: Number(own.requests),
    failed: Number(own.failed),
    interrupted: Number(own.interrupted),
    attempts: Number(own.attempts),
    ...tokens,
    total_tokens: Number(total),
    server_tool_calls: Number(own.serverTools),
    cost_usd: formatUsd(own.nanoUsd),
    unpriced_requests: Number(own.unpriced),
    estimated_requests: Number(own.estimated),
  };
}

function timeJson(at: number): string {
  return new Date(at).toISOString();
}
