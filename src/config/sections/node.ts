import { text } from '../fields.ts';

const ALLOWED = 'letters, digits, dots, hyphens and underscores, 128 at most';

/** `node_name`: the name of a process. */
export const nodeNameSchema = text('text', ALLOWED)
  .regex(/^[A-Za-z0-9._-]{0,128}$/, `must consist of ${ALLOWED}`)
  .optional()
  .describe('The name of this process among several, as the ledger has it. Without it: the name of the machine.');
