/**
 * Calls `seen` for each text in a JSON text that is a value, with the key that it stands under (or the list that it
 * stands in); both as they are written, escapes included.
 */
export function eachText(json: string, seen: (value: string, key: string) => void): void {
  withTexts(json, (value, key) => {
    seen(value, key);
    return value;
  });
}

/**
 * The JSON text with each such value replaced by what `edit` makes of it; all other bytes stay. Nothing in an object or
 * a list below a key of `opaque` is looked at.
 */
export function withTexts(
  json: string,
  edit: (value: string, key: string) => string,
  opaque: ReadonlySet<string> = NONE,
): string {
  let edited = '';
  let from = 0;
  let key = '';
  for (let start = json.indexOf('"'); start !== -1;) {
    const end = endOfText(json, start);
    if (end === -1) break;
    const text = json.slice(start + 1, end);
    let next = end + 1;
    if (isKey(json, next)) {
      key = text;
      if (opaque.has(key)) next = behindValue(json, json.indexOf(':', next) + 1);
    } else {
      const other = edit(text, key);
      if (other !== text) {
        edited += json.slice(from, start + 1) + other;
        from = end;
      }
    }
    start = json.indexOf('"', next);
  }
  return from === 0 ? json : edited + json.slice(from);
}

const NONE: ReadonlySet<string> = new Set();

/** Behind the object or list that begins at `at`, blanks apart; `at` for any other value. */
function behindValue(json: string, at: number): number {
  let start = at;
  while (isBlank(json[start])) start++;
  if (json[start] !== '{' && json[start] !== '[') return at;
  let depth = 0;
  for (let next = start; next < json.length; next++) {
    const char = json[next];
    if (char === '"') {
      const end = endOfText(json, next);
      if (end === -1) return json.length;
      next = end;
    } else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return next + 1;
  }
  return json.length;
}

/** Where the quote is that ends the text that begins at `start`; -1 if there is none. */
function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return -1;
}

function isKey(json: string, at: number): boolean {
  let next = at;
  while (isBlank(json[next])) next++;
  return json[next] === ':';
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\n' || char === '\t' || char === '\r';
}
