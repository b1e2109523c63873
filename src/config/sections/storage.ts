import { z } from 'zod';
import { REFUSED, secretText } from '../fields.ts';

/** `data_dir`: the folder of what the gateway keeps. */
export const dataDirSchema = z
  .string()
  .min(1)
  .meta({ kind: 'path', allowed: 'a folder' })
  .optional()
  .describe(
    'The folder for what the gateway keeps: its database (SQLite) unless `database` names another, its own secret, and the journal of its ledger. A relative one is in the folder of the config file. It is made if it is not there, and only its owner may read it. Without `data_dir` and `database` nothing is kept: there is no ledger, and no key is made while the gateway runs.',
  );

/** `database`: a PostgreSQL server in place of the file in `data_dir`. */
export const databaseSchema = secretText(
  'a URL such as postgres://user:password@host:5432/name, ${VARIABLE} or file:/path/to/it',
)
  .refine((value) => /^postgres(?:ql)?:$/.test(URL.parse(value)?.protocol ?? ''), { params: REFUSED })
  .optional()
  .describe(
    'The PostgreSQL database (14 or newer) that takes the place of the file in `data_dir`: `postgres://user:password@host:5432/name`, with `?sslmode=verify-full` for TLS. All nodes of a gateway use the same. Its schema is made and brought up to date at the start.',
  );
