import type { RequestBodies } from '../../../lib/answers.ts';

/** The request as a command to run again, with a key of one's own; undefined: it is not kept whole. */
export function curlOf({ client: { request } }: RequestBodies, origin: string): string | undefined {
  const { method, path, headers, body, cut } = request;
  if (cut || (body === null && request.bytes > 0)) return undefined;
  const kept = Object.entries(headers).filter(([name]) => !LEFT_OUT.has(name));
  const lines = [
    `curl -X ${method} ${quoted(origin + path)}`,
    // A variable, for the shell to fill in: no key is kept.
    '-H "authorization: Bearer $LLM_PROXY_KEY"',
    ...kept.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`--data-binary ${quoted(body)}`]),
  ];
  return lines.join(' \\\n  ');
}

/** Those that curl writes itself, or that say which request it was. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'accept-encoding',
  'authorization',
  'connection',
  'content-length',
  'host',
  'traceparent',
  'transfer-encoding',
  'user-agent',
  'x-trace-id',
]);

/** In quotes of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
