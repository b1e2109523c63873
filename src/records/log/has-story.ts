import type { FailureKind } from '../../core/failure.ts';
import type { ExchangeRecord } from '../../core/record.ts';

/** Whether the tries tell more than the request's own fields do: there were several, or the only one failed. */
export function hasStory(record: ExchangeRecord): boolean {
  const tries = record.tries;
  return tries.length > 1 || (tries.length === 1 && tries[0]?.failure !== undefined);
}

/** Whether a backend has failed: one that was only slower than another has not. */
export function hasFailures({ tries }: ExchangeRecord): boolean {
  return tries.some(({ failure }) => failure !== undefined && failure !== ('hedge_lost' satisfies FailureKind));
}
