// Editing JSON text in place: parsing and re-serialising would lose key order, escapes and long numbers.
// The text is known to be valid (JSON.parse took it), so the scanner only looks at what it must. On other text the spans
// mean nothing or a SyntaxError is thrown, but every function ends.

/** `[start, end)` in UTF-16 units of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is to stand in place of a span; an insertion where `start` and `end` are equal. */
export interface Edit extends Span {
  readonly text: string;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** `[` and `]` differ from `{` and `}` in this bit alone. */
const BRACE_BIT = 0x20;
/** The longest way to write one UTF-16 unit in a JSON string: `\u006d`. */
const LONGEST_ESCAPE = 6;

/**
 * The values of all members `name` of the object that begins at or after `from`, in the order of the text; none if
 * another value begins there. Duplicates are included, for `JSON.parse` takes the last and another parser may take the
 * first; so are keys that are written with escapes.
 */
export function memberSpans(text: string, name: string, from = 0): Span[] {
  const spans: Span[] = [];
  let at = skipSpace(text, from);
  if (text.charCodeAt(at) !== OPEN_BRACE) return spans;
  at = skipSpace(text, at + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = stringEnd(text, at);
    const colon = skipSpace(text, keyEnd);
    const start = skipSpace(text, colon + 1);
    const end = valueEnd(text, start);
    if (isKey(text, at, keyEnd, name)) spans.push({ start, end });
    at = skipSpace(text, end);
    if (text.charCodeAt(at) !== COMMA) break;
    at = skipSpace(text, at + 1);
  }
  return spans;
}

/** All members of the object that begins at or after `from`, each with its key; none if another value begins there. */
export function allMembers(text: string, from = 0): Span[] {
  const spans: Span[] = [];
  let at = skipSpace(text, from);
  if (text.charCodeAt(at) !== OPEN_BRACE) return spans;
  at = skipSpace(text, at + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const colon = skipSpace(text, stringEnd(text, at));
    const end = valueEnd(text, skipSpace(text, colon + 1));
    spans.push({ start: at, end });
    at = skipSpace(text, end);
    if (text.charCodeAt(at) !== COMMA) break;
    at = skipSpace(text, at + 1);
  }
  return spans;
}

/** Whether a member, as `allMembers` gives it, has this name. */
export function isNamed(text: string, { start }: Span, name: string): boolean {
  return isKey(text, start, stringEnd(text, start), name);
}

/** Which of the names a member, as `allMembers` gives it, has; undefined for any other. */
export function nameAmong(names: readonly string[], text: string, { start }: Span): string | undefined {
  const end = stringEnd(text, start);
  for (const name of names) if (isKey(text, start, end, name)) return name;
  return undefined;
}

/** The element `index` of the array that begins at or after `from`; undefined if it has none or is no array. */
export function elementSpan(text: string, index: number, from = 0): Span | undefined {
  let at = skipSpace(text, from);
  if (text.charCodeAt(at) !== OPEN_BRACKET) return undefined;
  at = skipSpace(text, at + 1);
  if (text.charCodeAt(at) === CLOSE_BRACKET) return undefined;
  for (let seen = 0; at < text.length; seen++) {
    const end = valueEnd(text, at);
    if (seen === index) return { start: at, end };
    const next = skipSpace(text, end);
    if (text.charCodeAt(next) !== COMMA) return undefined;
    at = skipSpace(text, next + 1);
  }
  return undefined;
}

/** All elements of the array that begins at or after `from`; none if another value begins there. */
export function elementSpans(text: string, from = 0): Span[] {
  const spans: Span[] = [];
  let at = skipSpace(text, from);
  if (text.charCodeAt(at) !== OPEN_BRACKET) return spans;
  at = skipSpace(text, at + 1);
  while (at < text.length && text.charCodeAt(at) !== CLOSE_BRACKET) {
    const end = valueEnd(text, at);
    spans.push({ start: at, end });
    const next = skipSpace(text, end);
    if (text.charCodeAt(next) !== COMMA) break;
    at = skipSpace(text, next + 1);
  }
  return spans;
}

/** `text` with every span replaced; `spans` are sorted and do not overlap. */
export function replaceSpans(text: string, spans: readonly Span[], replacement: string): string {
  return applyEdits(
    text,
    spans.map(({ start, end }) => ({ start, end, text: replacement })),
  );
}

/** No text can have this many UTF-16 units in JavaScriptCore, nor is one wanted. */
const MOST_UNITS = 2 ** 31 - 1;

/** What an edited text would come to is beyond what a text can be. */
export class TextTooLong extends Error {
  override readonly name = 'TextTooLong';
}

/** `text` with every edit made; `edits` are sorted and do not overlap. Throws TextTooLong. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let length = text.length;
  for (const edit of edits) length += edit.text.length;
  if (length >= MOST_UNITS) throw new TextTooLong(`${length} UTF-16 units`);
  let result = '';
  let from = 0;
  for (const edit of edits) {
    result += text.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return result + text.slice(from);
}

/** Whether the string literal `[start, end)`, quotes included, spells `name`. */
function isKey(text: string, start: number, end: number, name: string): boolean {
  const length = end - start - 2;
  if (length === name.length) return text.startsWith(name, start + 1);
  if (length < name.length || length > name.length * LONGEST_ESCAPE) return false;
  for (let at = start + 1; at < end - 1; at++) {
    if (text.charCodeAt(at) === BACKSLASH) return JSON.parse(text.slice(start, end)) === name;
  }
  return false;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  // No token of JSON begins with a lower code than a space; NaN, past the end, is not lower either.
  while (text.charCodeAt(at) <= 0x20) at++;
  return at;
}

/** Where the value that begins at `start` ends. */
function valueEnd(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return stringEnd(text, start);
  if ((first | BRACE_BIT) === OPEN_BRACE) return containerEnd(text, start);
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code <= 0x20 || (code | BRACE_BIT) === CLOSE_BRACE) break;
    at++;
  }
  return at;
}

/** Where the object or array that begins at `start` ends. */
function containerEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at) - 1;
    } else if (code >= OPEN_BRACKET) {
      const brace = code | BRACE_BIT;
      if (brace === OPEN_BRACE) depth++;
      else if (brace === CLOSE_BRACE && --depth === 0) return at + 1;
    }
  }
  return text.length;
}

/**
 * Where the string whose opening quote is at `start` ends, its closing quote included. Even for short strings the native
 * search beats a loop.
 */
export function stringEnd(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at >= 0) {
    // A quote closes the string unless an odd number of backslashes stands before it.
    let first = at;
    while (text.charCodeAt(first - 1) === BACKSLASH) first--;
    if (((at - first) & 1) === 0) return at + 1;
    at = text.indexOf('"', at + 1);
  }
  return text.length;
}
