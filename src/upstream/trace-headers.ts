import type { Attempt } from '../core/attempt.ts';
import type { Exchange } from '../core/exchange.ts';
import { formatTraceParent, newSpanId, parseTraceParent } from '../lib/trace-context.ts';

/**
 * Tells a backend of the trace: its parent is the span of the attempt. Where the gateway itself makes no spans, what the
 * client says goes on as it came: https://www.w3.org/TR/trace-context/#alternative-processing
 */
export function addTraceHeaders(
  headers: Record<string, string>,
  { headers: given, trace }: Pick<Exchange, 'headers' | 'trace'>,
  attempt: Pick<Attempt, 'spanId'>,
): void {
  if (trace === undefined) {
    passOn(given['traceparent'], given['tracestate'], headers);
    return;
  }
  attempt.spanId ??= newSpanId();
  headers['traceparent'] = formatTraceParent(trace.traceId, attempt.spanId, trace.isSampled);
  if (trace.parent?.state !== undefined) headers['tracestate'] = trace.parent.state;
}

/** All but what is malformed, which no backend could use. */
function passOn(parent: string | undefined, state: string | undefined, headers: Record<string, string>): void {
  const read = parseTraceParent(parent, state);
  if (parent === undefined || read === undefined) return;
  headers['traceparent'] = parent;
  if (state !== undefined && read.state !== undefined) headers['tracestate'] = state;
}
