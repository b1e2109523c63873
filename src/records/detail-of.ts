import type { Exchange } from '../core/exchange.ts';
import type { RequestDetail } from '../core/request-detail.ts';

/** What there is to say of an exchange beyond the usual; undefined: nothing, as of most. */
export function detailOf(exchange: Exchange): RequestDetail | undefined {
  const { waits, lastAttempt } = exchange;
  const { routeNotes } = exchange.attempts;
  const hasChanges =
    lastAttempt !== undefined &&
    (lastAttempt.dropped.length > 0 || lastAttempt.prompts !== undefined || lastAttempt.outputLimit !== undefined);
  if (routeNotes === undefined && waits.notes === undefined && !hasChanges) return undefined;
  return {
    routes: routeNotes?.notes,
    waits: waits.notes,
    dropped: lastAttempt === undefined || lastAttempt.dropped.length === 0 ? undefined : lastAttempt.dropped,
    prompts: lastAttempt?.prompts,
    outputLimit: lastAttempt?.outputLimit,
  };
}
