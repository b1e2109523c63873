import { keys } from './1-keys.ts';
import { ledger } from './2-ledger.ts';
import { bodies } from './3-bodies.ts';
import { usageByKey } from './4-usage-by-key.ts';
import { sessions } from './5-sessions.ts';
import { detail } from './6-detail.ts';
import { auditChain } from './7-audit-chain.ts';
import type { Migration } from './migration.ts';

/** All steps of the schema, in order: the one list. */
export const MIGRATIONS: readonly Migration[] = [keys, ledger, bodies, usageByKey, sessions, detail, auditChain];

/** The version of the schema that this program works with. */
export const SCHEMA_VERSION = MIGRATIONS.length;
