import type { HeaderFields } from '../lib/header-fields.ts';

const TRACE_ID = /^[A-Za-z0-9._-]{1,128}$/;
/** Version, trace id, parent id and flags; a later version may have more: https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:$|-)/;

/** The trace ID of a request: the client's own if it sent a usable one, whatever it calls it, else a new UUID. */
export function traceIdOf(headers: HeaderFields): string {
  return (
    usable(headers['x-trace-id']) ??
    traceOf(headers['traceparent']) ??
    usable(headers['x-request-id']) ??
    crypto.randomUUID()
  );
}

function usable(offered: string | undefined): string | undefined {
  return offered !== undefined && TRACE_ID.test(offered) ? offered : undefined;
}

function traceOf(parent: string | undefined): string | undefined {
  return parent === undefined ? undefined : TRACEPARENT.exec(parent)?.[1];
}
