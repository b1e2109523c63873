import { z } from 'zod';
import { REHEARSED_FAILURES } from '../../upstream/steering/acted-backend.ts';

const name = z.string().min(1).max(500);

/** What `POST /admin/backends/{name}/drain` takes. */
export const drainBody = z
  .strictObject({
    force: z.boolean().optional().describe('Also where an alias would be left without any route.'),
  })
  .optional();

/** What draining answers. */
export const drainSchema = z.object({
  backend: z.string(),
  draining: z.boolean(),
  changed: z.boolean().describe('False: it was so before.'),
  kept: z
    .boolean()
    .describe('True: a restart does not forget it. False: no database is configured, or it cannot be written now.'),
  in_use: z.int().describe('Attempts that are still under way there.'),
  aliases_without_route: z.array(z.string()).describe('Those that nothing serves while it is drained.'),
});

/** What `POST /admin/cooldowns/end` takes. */
export const cooldownsBody = z.strictObject({
  backend: name,
  model: name.optional().describe('As it is sent to the backend. Without it: all of the backend.'),
});

/** What ending cooldowns answers. */
export const cooldownsSchema = z.object({
  backend: z.string(),
  model: z.string().nullable(),
  ended: z.int().describe('How many operations cooled down or were half open.'),
  revived: z.boolean().describe('Health checks had called the backend dead.'),
});

/** What `POST /admin/rehearsals` takes. */
export const rehearsalBody = z
  .strictObject({
    backend: name,
    failure: z.enum(REHEARSED_FAILURES),
    key_id: name.optional().describe('Whose requests: a key that was made at run time, by its id.'),
    caller: name
      .optional()
      .describe('The same by name, `TEAM/NAME` in a team; also a key of the config, `proxy` or `anonymous`.'),
    seconds: z.int().min(1).max(600),
    share: z.number().gt(0).max(1).optional().describe('The part of its requests that meet it; all unless told.'),
  })
  .refine((body) => (body.key_id === undefined) !== (body.caller === undefined), {
    message: 'needs either `key_id` or `caller`',
  });

/** A rehearsal that is under way. */
export const rehearsalSchema = z.object({
  id: z.string(),
  backend: z.string(),
  failure: z.enum(REHEARSED_FAILURES),
  caller: z.string(),
  key_id: z.string().nullable(),
  share: z.number(),
  started_at: z.string(),
  ends_at: z.string(),
  started_by: z.string(),
  requests: z.int().describe('Requests that it has met.'),
  attempts: z.int().describe('Attempts that it has let fail.'),
  served: z.int().describe('Of the requests that are over, those that another route has served.'),
});

/** A rehearsal as the admin API gives it. */
export type RehearsalJson = z.output<typeof rehearsalSchema>;
