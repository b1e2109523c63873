/**
 * The demo's tokens: words with the space before them, long ones in parts of 16 characters. Joined again they are the
 * text; no part ends inside a surrogate pair.
 */
export function wordsOf(text: string): string[] {
  return text.match(/\s*\S{1,16}|\s+$/gu) ?? [];
}

/** How many words (tokens) a text is. */
export function countWords(text: string): number {
  return wordsOf(text).length;
}
