import type { ExchangeRecord } from '../../core/record.ts';

/** The trace in which the spans of an exchange are, of 32 hexadecimal digits; undefined: none were kept. */
export function keptTrace(record: ExchangeRecord): string | undefined {
  const { trace, unlogged } = record;
  // What began before traces were on has no place in one.
  if (trace === undefined || unlogged === true) return undefined;
  return trace.isSampled || isKeptAlways(record) ? trace.traceId : undefined;
}

/** Errors, failovers and hedges, and answers that broke off. */
function isKeptAlways({ errorCode, status, interrupted, tries, attempts }: ExchangeRecord): boolean {
  return errorCode !== undefined || status >= 400 || interrupted || attempts > 1 || tries.length > 1;
}
