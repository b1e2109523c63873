import { z } from 'zod';

const levelSchema = z.enum(['debug', 'info', 'warn', 'error']);

export const loggingSchema = z
  .strictObject({
    level: levelSchema
      .default('info')
      .describe(
        'The lowest level of general lines in files. Request lines are always written, whatever their level; `debug_mode` makes this `debug`.',
      ),
    console_level: levelSchema
      .default('info')
      .describe(
        'The lowest level of lines on the console (stderr), request lines included: `warn` shows only requests that failed, were refused or were rescued by another attempt, `error` only those that failed.',
      ),
    base_dir: z
      .string()
      .meta({ kind: 'path', allowed: 'a folder, or "" for no files' })
      .default('./logs')
      .describe(
        'The folder of the log files, relative to the working directory of the gateway; only their owner and group may read them. `""`: no files. Nothing is written through symbolic links.',
      ),
    separate_files: z
      .boolean()
      .default(false)
      .describe(
        'Writes request lines to `requests/YYYY-MM-DD.log` instead of `general.log`, and failed ones, with the errors of `general.log`, to `errors/YYYY-MM-DD.log` as well. Days are local.',
      ),
    mask_sensitive: z
      .boolean()
      .default(true)
      .describe('Masks keys, tokens and passwords anywhere in a line, on the console too.'),
    max_file_size_mb: z
      .number()
      .gt(0)
      .default(100)
      .describe(
        'A file that would grow beyond so many MiB is rotated to `….000001.log`, `….000002.log` and so on. Files are also rotated each day, and compressed (`.gz`) a day later.',
      ),
    max_total_mb: z
      .number()
      .gt(0)
      .default(2048)
      .describe(
        'The most MiB of all log files together: the oldest are deleted first, and a single file grows to a quarter of it at most.',
      ),
    max_age_days: z.number().gt(0).default(7).describe('Log files older than so many days are deleted.'),
    format: z
      .enum(['json', 'text'])
      .default('json')
      .describe('How lines are written to files: a JSON object each, or `key=value`. Times are in UTC.'),
    console_format: z
      .enum(['auto', 'json', 'markdown', 'plain'])
      .default('auto')
      .describe(
        'How lines look on the console. `markdown` and `plain` are for people: times are local, and the day and time zone are shown at the start and when they change. `markdown` has colours on a terminal (`NO_COLOR`, `FORCE_COLOR`, `CLICOLOR_FORCE` and `TERM=dumb` count); elsewhere it has `**`, and `\\` before characters of markup. `auto` is `markdown` where there are colours, else `plain`, so that messages in a pipe, the journal or `docker logs` can be searched as they are. `json`: everything that the program prints is JSON as in files, including the start and an invalid config; a config that cannot be read is reported as text.',
      ),
    debug_mode: z
      .boolean()
      .default(false)
      .describe(
        'Adds the bodies of requests and answers, masked and up to 64 KiB each, at level debug. Otherwise no content of a conversation is ever logged.',
      ),
  })
  .prefault({})
  .meta({
    example: `logging:
  level: info
  console_level: warn # the console shows what went wrong, files have every request
  base_dir: /var/log/llm-proxy # "" in a container whose console is collected
  separate_files: true
  mask_sensitive: true
  max_file_size_mb: 100
  max_total_mb: 2048
  max_age_days: 14
  format: json
  console_format: json # auto, markdown or plain for people
  debug_mode: false`,
  })
  .describe('Log files and the console.');
