import type { ExchangeRecord } from '../core/record.ts';
import type { Log } from './log/log.ts';

/**
 * Takes the record of every finished exchange. It is called once for each, at its end and on the request's own path: so
 * it never blocks and never throws. No sink knows of another.
 */
export interface Sink {
  record(record: ExchangeRecord): void;
}

/** Hands a record to every sink in turn. A sink that throws is a bug: it is logged, and the others still get the record. */
export function recordIn(sinks: readonly Sink[], record: ExchangeRecord, log: Log): void {
  for (const sink of sinks) {
    try {
      sink.record(record);
    } catch (error) {
      log.error('a bug lost a record: please report it', { trace_id: record.traceId, err: error });
    }
  }
}

/** The log as a sink: one line for each record, but none for those that say so. */
export function logSink(log: Log): Sink {
  return {
    record(record) {
      if (record.unlogged !== true) log.request(record);
    },
  };
}
