import type { Attempt } from '../core/attempt.ts';
import type { Exchange } from '../core/exchange.ts';
import { formatTraceParent, newSpanId, parseTraceParent } from '../lib/trace-context.ts';

/**
 * Tells a backend of the trace: its parent is the span of the attempt. Where the gateway itself makes no spans, it is the
 * one that the client named.
 */
export function addTraceHeaders(
  headers: Record<string, string>,
  { headers: given, trace }: Pick<Exchange, 'headers' | 'trace'>,
  attempt: Pick<Attempt, 'spanId'>,
): void {
  const parent = trace === undefined ? parseTraceParent(given['traceparent'], given['tracestate']) : trace.parent;
  if (trace !== undefined) {
    attempt.spanId ??= newSpanId();
    headers['traceparent'] = formatTraceParent(trace.traceId, attempt.spanId, trace.isSampled);
  } else if (parent !== undefined) {
    headers['traceparent'] = formatTraceParent(parent.traceId, parent.spanId, parent.isSampled);
  }
  if (parent?.state !== undefined) headers['tracestate'] = parent.state;
}
