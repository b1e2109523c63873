/**
 * Where the trace of a request can be looked at. Spans have its trace ID without hyphens, or, where that is no such number,
 * the first 32 digits of its SHA-256. Undefined: this browser cannot compute it over plain HTTP.
 */
export async function traceLinkOf(link: string, traceId: string): Promise<string | undefined> {
  const id = traceId.replaceAll('-', '').toLowerCase();
  if (/^[0-9a-f]{32}$/.test(id)) return link.replaceAll('{trace_id}', id);
  if (!isSecureContext) return undefined;
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(traceId));
  return link.replaceAll('{trace_id}', new Uint8Array(hash).toHex().slice(0, 32));
}
