import { z } from 'zod';

const levelSchema = z.enum(['debug', 'info', 'warn', 'error']);

export const loggingSchema = z
  .strictObject({
    level: levelSchema
      .default('info')
      .describe(
        'The least level that files get. It governs every line but the one of each request, which is always written.',
      ),
    console_level: levelSchema
      .default('info')
      .describe('The least level that the console gets, request lines apart, as with `level`.'),
    base_dir: z
      .string()
      .meta({ kind: 'path', allowed: 'a folder, or "" for no files' })
      .default('./logs')
      .describe(
        'The folder of the log files, readable by their owner and its group alone; `""` writes none. Nothing is written through symbolic links.',
      ),
    separate_files: z
      .boolean()
      .default(false)
      .describe(
        'Writes request lines to `requests/YYYY-MM-DD.log` and failed ones to `errors/YYYY-MM-DD.log` as well.',
      ),
    mask_sensitive: z
      .boolean()
      .default(true)
      .describe('Masks keys, tokens and passwords wherever they stand in a line.'),
    max_file_size_mb: z
      .number()
      .gt(0)
      .default(100)
      .describe(
        'A file that has grown to so many MiB is rotated; files rotate by day in any case, and are compressed (`.gz`) a day later.',
      ),
    max_total_mb: z
      .number()
      .gt(0)
      .default(2048)
      .describe(
        'All log files together never take more MiB than this: the oldest are deleted first, and a single file grows to a quarter of it at most.',
      ),
    max_age_days: z.number().gt(0).default(7).describe('Log files older than this are deleted.'),
    format: z.enum(['json', 'text']).default('json').describe('The lines in files.'),
    console_format: z.enum(['json', 'markdown', 'plain']).default('markdown').describe('The lines on the console.'),
    debug_mode: z
      .boolean()
      .default(false)
      .describe(
        'Adds the bodies of requests and answers, masked and up to 64 KiB each, at level debug. Otherwise nothing that was said is ever logged.',
      ),
  })
  .prefault({})
  .describe('Log files and the console.');
