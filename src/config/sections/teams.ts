import { z } from 'zod';
import { budgetsOf, tokensPerMinute } from './budgets.ts';
import { maxConcurrency, modelNames, oneLine, requestRates, teamName } from './key-fields.ts';

/** One team, whether it stands in the config or was made at run time. */
export const teamSchema = z
  .strictObject({
    name: teamName().describe('What `team` of a key calls it; unique.'),
    parent: teamName().optional().describe('The team above it, whose limits count for its keys as well.'),
    label: oneLine()
      .optional()
      .describe('What people call it, where its name is an id. It is for reports, and opens nothing.'),
    models: modelNames()
      .optional()
      .describe(
        'The aliases that its keys may ask for at most, as `models` of a key; a key may ask for what its own list and those of all teams above it name. Without it, all that its parent may.',
      ),
    ...requestRates('of all its keys together, those of teams below it included'),
    tpm: tokensPerMinute('of all its keys together, those of teams below it included'),
    max_concurrency: maxConcurrency('of all its keys together, those of teams below it included'),
    budgets: budgetsOf('by all its keys together, those of teams below it included'),
  })
  .describe('One team.');

/** A team as the config has it. */
export type TeamConfig = z.output<typeof teamSchema>;

/** `teams`: what keys belong to. */
export const teamsSchema = z
  .array(teamSchema)
  .optional()
  .describe(
    'Teams of keys, in a tree. What a team may not do, none of its keys may. The limits of a key, its team and all teams above it count together: a request that one of them refuses takes from none.',
  );
