/** The headers of an answer whose bytes are written anew: without those that described the old ones. */
export function headersForNewBody(given: Headers, contentType: string): Headers {
  const headers = new Headers(given);
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name);
  headers.set('content-type', contentType);
  return headers;
}
