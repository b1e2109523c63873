import { z } from 'zod';

/** Fields of a query that say which part of a list is asked for. */
export const cursorQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(500).optional().describe('`next` of the page before.'),
});
