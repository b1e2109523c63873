const TRACE_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The trace ID of a request: the client's own if it sent a usable one, else a new UUID. */
export function traceIdOf(headers: Headers): string {
  const offered = headers.get('x-trace-id');
  return offered !== null && TRACE_ID.test(offered) ? offered : crypto.randomUUID();
}
