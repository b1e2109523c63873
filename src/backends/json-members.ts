import { memberSpans } from '../lib/json-span.ts';

/** The text of a JSON object without the members `name`; all other bytes stay. */
export function withoutMember(text: string, name: string): string {
  let rest = text;
  for (;;) {
    const [span] = memberSpans(rest, name);
    if (span === undefined) return rest;
    const colon = rest.lastIndexOf(':', span.start);
    // The key has no quote in it, not even an escaped one.
    const keyEnd = rest.lastIndexOf('"', colon);
    const keyStart = rest.lastIndexOf('"', keyEnd - 1);
    const after = /^\s*,\s*/.exec(rest.slice(span.end, span.end + MAX_GAP))?.[0].length ?? 0;
    const before =
      after > 0 ? 0 : (/\s*,\s*$/.exec(rest.slice(Math.max(0, keyStart - MAX_GAP), keyStart))?.[0].length ?? 0);
    rest = rest.slice(0, keyStart - before) + rest.slice(span.end + after);
  }
}

/** White space between members that is longer is looked at no further; what remains is invalid and refused upstream. */
const MAX_GAP = 4096;

/** The text of a JSON object with these members in front; all other bytes stay. */
export function withMembers(text: string, members: Readonly<Record<string, unknown>>): string {
  const own = JSON.stringify(members).slice(1, -1);
  const open = text.indexOf('{') + 1;
  const rest = text.slice(open);
  if (own === '') return text;
  return `${text.slice(0, open)}${own}${/^\s*\}/.test(rest) ? '' : ','}${rest}`;
}
