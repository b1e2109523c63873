import { z } from 'zod';
import { requestSchema } from '../request-json.ts';
import { searchFilters } from '../request-search.ts';

/** What the live list is asked by: as the search of requests, but for times. */
export const liveQuery = z.strictObject(searchFilters);

/** A request that is under way. */
const begun = z.object({
  trace_id: z.string(),
  started_at: z.string(),
  caller: z.string().nullable(),
  team: z.string().nullable(),
  alias: z.string().nullable(),
  stream: z.boolean(),
  client_dialect: z.string().nullable(),
});

/** `event: hello`, the first of a connection. */
const hello = z.object({
  rows: z.array(requestSchema).describe('The last 200 that match, the newest first; none where a connection resumes.'),
  under_way: z.array(begun),
});

/**
 * `event: batch`, at most 10 a second. Its `id` is what `Last-Event-ID` resumes from.
 */
const batch = z.object({
  begun: z.array(begun).describe('Requests under way that were not told of so far.'),
  ended: z.array(requestSchema).describe('As `GET /admin/requests` has them, the earliest first.'),
  gone: z.array(z.string()).describe('Trace ids of requests that were told of as begun and have ended without a row.'),
  dropped: z
    .int()
    .describe('So many that match were left out: the reader is slow, or there are more than it can show.'),
});

/** The `data` of each event of the stream, by its name. A comment every 15 s keeps the connection alive. */
export const liveEvents = { hello, batch };

export type LiveBegun = z.output<typeof begun>;
