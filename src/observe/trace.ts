import type { HeaderFields } from '../lib/header-fields.ts';

const TRACE_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The trace ID of a request: the client's own if it sent a usable one, else a new UUID. */
export function traceIdOf(headers: HeaderFields): string {
  const offered = headers['x-trace-id'];
  return offered !== undefined && TRACE_ID.test(offered) ? offered : crypto.randomUUID();
}
