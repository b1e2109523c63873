import { counterRead, single } from '../metrics/families.ts';
import type { Family } from '../metrics/prometheus.ts';
import type { BodyWriter } from './body-writer.ts';

/** What `/metrics` shows of kept bodies. */
export function bodyFamilies(writer: BodyWriter): readonly Family[] {
  return [
    single(
      'ledger_bodies_waiting',
      'Requests whose bodies wait in memory for the database (log_bodies).',
      () => writer.waiting,
    ),
    counterRead('ledger_bodies_kept_total', 'Requests whose bodies the database has taken.', () => writer.kept),
    counterRead(
      'ledger_bodies_left_out_total',
      'Requests whose bodies were left out: there was no memory for them (server.max_buffered_mb).',
      () => writer.leftOut,
    ),
    counterRead(
      'ledger_bodies_lost_total',
      'Requests whose bodies could not be made, or are refused by the database.',
      () => writer.lost,
    ),
  ];
}
