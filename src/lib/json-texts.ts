/** A text in JSON, and where it is one, the colon that makes it a key. */
const TEXT = /"((?:[^"\\]|\\.)*)"(\s*:)?/gs;

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
  let key = '';
  return json.replace(TEXT, (whole, text: string, colon: string | undefined) => {
    if (colon !== undefined) {
      key = text;
      return whole;
    }
    const edited = edit(text, key);
    return edited === text ? whole : `"${edited}"`;
  });
}
