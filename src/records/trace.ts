import type { HeaderFields } from '../lib/header-fields.ts';
import { parseTraceParent } from '../lib/trace-context.ts';

const TRACE_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The trace ID of a request: the client's own if it sent a usable one, whatever it calls it, else a new UUID. */
export function traceIdOf(headers: HeaderFields): string {
  return (
    usable(headers['x-trace-id']) ??
    parseTraceParent(headers['traceparent'])?.traceId ??
    usable(headers['x-request-id']) ??
    crypto.randomUUID()
  );
}

function usable(offered: string | undefined): string | undefined {
  return offered !== undefined && TRACE_ID.test(offered) ? offered : undefined;
}
