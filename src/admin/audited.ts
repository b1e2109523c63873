import type { AuditEntry } from '../storage/audit.ts';
import { StoreUnavailable } from '../storage/store-errors.ts';
import type { AdminContext } from './admin-context.ts';
import type { RawCall } from './operation.ts';

/** The entry of what a call has done to something that is not in the database. */
export function entryOf({ actor }: Pick<RawCall, 'actor'>, action: string, target: string, after: object): AuditEntry {
  return {
    id: Bun.randomUUIDv7(),
    at: Date.now(),
    actor: actor.caller,
    clientIp: actor.clientIp,
    action,
    target,
    before: undefined,
    after,
  };
}

/** Writes what was done into the audit log, if there is one; what was done stands all the same, and the log has it. */
export async function audited(entry: AuditEntry, { openStore }: AdminContext): Promise<void> {
  try {
    await (await openStore())?.audit.append(entry);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
  }
}
