import { z } from 'zod';

/** Where a value stands. */
export const origin = z.object({
  line: z.int(),
  column: z.int(),
  variables: z.array(z.string()).describe('The variables of the environment that the value is made of.'),
  secret_file: z.string().nullable().describe('The file that a secret was read from, as the config has it.'),
});

/** The config in force. */
export const configAnswer = z.object({
  config: z.looseObject({}).describe('As in the file; `(secret)` stands for a secret.'),
  digest: z.string(),
  file: z.string().nullable().describe('Null: the gateway was started without one.'),
  loaded_at: z.string(),
  origins: z
    .record(z.string(), origin)
    .describe('Where each value stands, by its path: `backends[0].url`. What is not among them is a default.'),
  valid: z.boolean().describe('False: the file is refused, and an older config is in force.'),
  problems: z.array(z.string()),
});

/** The last reloads. */
export const reloadList = z.object({
  data: z.array(
    z.object({
      at: z.string(),
      why: z.string().describe('As in the log.'),
      by: z.string().nullable().describe('The caller who asked for it; null: a file changed, or a signal came.'),
      result: z.enum(['reloaded', 'refused']),
      changes: z.array(z.string()).describe('By key, without secrets.'),
      warnings: z.array(z.string()),
      problems: z.array(z.string()).describe('Why it was refused; the config before stays in force.'),
    }),
  ),
});

/** What is wrong with a draft, or may be, and where. */
export const finding = z.object({
  line: z.int().describe('From 1; 0: it is about the file as a whole.'),
  column: z.int(),
  path: z.string(),
  message: z.string(),
});

/** What there is to say of a draft. */
export const draftAnswer = z.object({
  valid: z.boolean(),
  problems: z.array(finding),
  warnings: z.array(finding),
  unchecked: z.array(z.string()).describe('The paths of values that come from variables: these are not checked.'),
  changes: z
    .array(z.object({ key: z.string(), before: z.string().nullable(), after: z.string().nullable() }))
    .nullable()
    .describe('What it would change, without changes of secrets. Null: that cannot be known.'),
});
