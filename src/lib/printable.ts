/** Shows control characters, line separators and bidi overrides as escapes: no value forges a line or steers a terminal. */
export function printable(text: string): string {
  return UNPRINTABLE.test(text) ? text.replace(ALL_UNPRINTABLE, escapeOf) : text;
}

// C0, DEL and C1 (0x9b begins a terminal sequence too), line separators, bidi controls.
// oxlint-disable-next-line no-control-regex -- finding control characters is the point
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const ALL_UNPRINTABLE = new RegExp(UNPRINTABLE, 'g');
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeOf(char: string): string {
  return SHORT_ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
