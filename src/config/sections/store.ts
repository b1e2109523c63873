import { secretText, text } from '../fields.ts';

/** The folder of the gateway's own files. */
export const dataDirSchema = text('path', 'a folder')
  .optional()
  .describe(
    'The folder for what the gateway itself keeps: the database, unless `database` names another one, and the journal of the ledger. It is made if there is none, for its owner alone; relative to the working directory of the gateway, and of one process at a time. Without it and `database` nothing is kept: no ledger, and no keys beside those of this file. A change counts after a restart.',
  );

/** A database elsewhere. */
export const databaseSchema = secretText('postgres://USER:PASSWORD@HOST/NAME as text, ${VARIABLE} or file:/path/to/it')
  .regex(/^postgres(?:ql)?:\/\//, 'must begin with postgres://')
  .optional()
  .describe(
    'A PostgreSQL database instead of the SQLite file in `data_dir`, the same for all nodes. `data_dir` then holds the journal of rows that the database does not have yet; without it they wait in memory. A change counts after a restart.',
  );

/** The name of a process. */
export const nodeNameSchema = text('text', 'letters, digits, dots, hyphens and underscores, 128 at most')
  .regex(/^[A-Za-z0-9._-]{0,128}$/, 'must consist of letters, digits, dots, hyphens and underscores, 128 at most')
  .optional()
  .describe('The name of this process among several, as the ledger has it. Without it: the name of the machine.');
