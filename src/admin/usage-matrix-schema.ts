import { z } from 'zod';

/** What the groups of a matrix are ordered by. */
export const TOP_BY = ['cost', 'requests', 'tokens'] as const;

const group = z.object({
  name: z.record(z.string(), z.string().nullable()).describe('The values of what `group_by` names.'),
  other: z.boolean().describe('True of the last: all that are not among the first.'),
  groups: z.int().describe('How many groups it stands for.'),
  requests: z.array(z.int()),
  failed: z.array(z.int()),
  tokens: z.array(z.int()),
  input_tokens: z.array(z.int()),
  output_tokens: z.array(z.int()),
  cost_usd: z.array(z.string()),
});

/** Usage as a stacked chart draws it: a column for each time, a row for each group. */
export const usageMatrix = z.object({
  times: z.array(z.string()).describe('The start of each step; one where there are no steps.'),
  groups: z.array(group).describe('The first `top`, the largest first; then all others as one.'),
});

export type UsageMatrix = z.output<typeof usageMatrix>;
