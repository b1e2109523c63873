import type { MediaPart, TextPart } from '../../../core/part.ts';

/** Marks a failed tool result as an error, where a dialect has no field for that. */
const ERROR_MARK = 'Error: ';

/** Words at the beginning of a text that already report an error, in lower case. */
const ERROR_WORDS = ['error', '<error', '<tool_use_error'];

/**
 * The content of a failed tool result with an error mark, for dialects without a field for errors. The client keeps its
 * own history, so no text is marked twice. A text that already reports an error stays as it is.
 */
export function failedContent(content: readonly (TextPart | MediaPart)[]): readonly (TextPart | MediaPart)[] {
  const at = content.findIndex((part) => part.type === 'text');
  const text = content[at];
  if (text?.type !== 'text') return [{ type: 'text', text: `${ERROR_MARK}the tool has failed.` }, ...content];
  if (reportsError(text.text)) return content;
  const marked = text.text === '' ? `${ERROR_MARK}the tool has failed.` : ERROR_MARK + text.text;
  return content.with(at, { ...text, text: marked });
}

function reportsError(text: string): boolean {
  const begin = text.trimStart().slice(0, MOST_CHARACTERS).toLowerCase();
  return ERROR_WORDS.some((word) => begin.startsWith(word) && !/\w/.test(begin.charAt(word.length)));
}

const MOST_CHARACTERS = 24;
