import { randomUUIDv7 } from 'bun';
import type { ExchangeRecord } from '../core/record.ts';

/**
 * The id of a record, wherever it is told: a UUIDv7 of the time at which the exchange began, so that ids are in the order
 * of their times. Made when it is first asked for; that
 * of kept bodies is theirs already.
 */
export function recordId(record: ExchangeRecord): string {
  return (record.id ??= record.bodies?.id ?? randomUUIDv7('hex', record.startedAt));
}
