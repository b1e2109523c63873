import type { Exchange } from '../core/exchange.ts';
import type { Log } from './log/log.ts';

/** Logs a bug that harms no more than the exchange that met it. */
export function logBug(error: unknown, { traceId }: Exchange, log: Log): void {
  log.error('a bug in the gateway: please report it', { trace_id: traceId, err: error });
}
