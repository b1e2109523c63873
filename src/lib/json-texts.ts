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

/** The JSON text with each such value replaced by what `edit` makes of it; all other bytes stay. */
export function withTexts(json: string, edit: (value: string, key: string) => string): string {
  let edited = '';
  let from = 0;
  let key = '';
  for (let start = json.indexOf('"'); start !== -1;) {
    const end = endOfText(json, start);
    if (end === -1) break;
    const text = json.slice(start + 1, end);
    if (isKey(json, end + 1)) key = text;
    else {
      const other = edit(text, key);
      if (other !== text) {
        edited += json.slice(from, start + 1) + other;
        from = end;
      }
    }
    start = json.indexOf('"', end + 1);
  }
  return from === 0 ? json : edited + json.slice(from);
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
  while (json[next] === ' ' || json[next] === '\n' || json[next] === '\t' || json[next] === '\r') next++;
  return json[next] === ':';
}
