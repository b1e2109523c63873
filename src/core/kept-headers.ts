/**
 * Headers that say something of a message: what it is, its version of an API, its limits and ids, and what the gateway says
 * of its own. Credentials and cookies are none of them.
 */
const KEPT =
  /^(?:accept|content-(?:type|encoding|length)|user-agent|via|traceparent|server|date|retry-after(?:-ms)?|x-should-retry|idempotency-key|x-session-id|x-title|.*ratelimit.*|(?:.*-)?(?:version|beta|organization|project)|(?:.*-)?(?:request|trace)-id|(?:.*-)?processing-ms|x-llm-proxy-.*)$/;
const MOST_CHARS = 1000;

/** Of headers those that are kept with a body, by name in lower case. */
export function keptHeaders(headers: Headers | Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given = headers instanceof Headers ? [...headers] : Object.entries(headers);
  const kept: Record<string, string> = {};
  for (const [name, value] of given) {
    const lower = name.toLowerCase();
    if (value !== undefined && KEPT.test(lower)) kept[lower] = value.slice(0, MOST_CHARS);
  }
  return kept;
}
