import type { MediaPart, TextPart } from '../../../core/part.ts';

/** What tells the model, where a dialect has no field for it, that a tool has failed. */
const MARK = 'Error: ';

/** Words with which a failure says already that it is one, in small letters. */
const SAID = ['error', '<error', '<tool_use_error'];

/**
 * The content of a failed tool's result in words, for dialects that have no field to say so. The client keeps its own
 * history, so nothing is marked twice; what calls itself an error stays as it is.
 */
export function failedContent(content: readonly (TextPart | MediaPart)[]): readonly (TextPart | MediaPart)[] {
  const at = content.findIndex((part) => part.type === 'text');
  const text = content[at];
  if (text?.type !== 'text') return [{ type: 'text', text: `${MARK}the tool has failed.` }, ...content];
  if (saysSo(text.text)) return content;
  const marked = text.text === '' ? `${MARK}the tool has failed.` : MARK + text.text;
  return content.with(at, { ...text, text: marked });
}

function saysSo(text: string): boolean {
  const begin = text.trimStart().slice(0, MOST_CHARACTERS).toLowerCase();
  return SAID.some((word) => begin.startsWith(word) && !/\w/.test(begin.charAt(word.length)));
}

const MOST_CHARACTERS = 24;
