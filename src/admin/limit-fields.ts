import { z } from 'zod';

/** What keys and teams both limit, as answers have it. */
export const limitFields = {
  rps: z.number().optional(),
  rpm: z.number().optional(),
  tpm: z.number().optional(),
  max_concurrency: z.int().optional(),
  budgets: z.array(z.looseObject({})).optional(),
};

/** What the store knows of them besides; the config has none of it. */
export const storedFields = {
  version: z.int().optional().describe('What `If-Match` compares.'),
  created_at: z.string().optional(),
  updated_at: z.string().optional(),
};
