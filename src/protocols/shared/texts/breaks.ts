import type { Citation, Part, TextPart } from '../../../core/part.ts';

/** What stands between two texts of an answer where a dialect has one text for all that was said. */
export const BREAK = '\n\n';

/**
 * Tells of which texts of an answer the next is not the continuation: it is a message of its own, or something else came
 * between them, a call say. Texts that come right after each other may be one that was cut anywhere, as Anthropic's are
 * that cite.
 */
export class TextBreaks {
  /** The last character that was said; undefined before any. */
  #last: string | undefined;
  #isApart = false;
  #isDue = false;

  /** A text begins. */
  begin(ownMessage = false): void {
    this.#isDue = this.#last !== undefined && (this.#isApart || ownMessage);
  }

  /** Something else than a text comes. */
  other(): void {
    this.#isApart = true;
  }

  /** A piece of the text comes, which is not empty. Whether a break has to be in front of it: not where blanks are. */
  isDueBefore(piece: string): boolean {
    const last = this.#last;
    this.#last = piece.at(-1);
    this.#isApart = false;
    if (!this.#isDue) return false;
    this.#isDue = false;
    return !isBlank(last) && !isBlank(piece[0]);
  }
}

/** Parts in which texts that are not the continuation of the one before begin with a break. */
export function withBreaks(parts: readonly Part[]): readonly Part[] {
  const breaks = new TextBreaks();
  let broken: Part[] | undefined;
  for (const [index, part] of parts.entries()) {
    if (part.type !== 'text') {
      breaks.other();
      continue;
    }
    breaks.begin(part.ownMessage);
    if (part.text === '' || !breaks.isDueBefore(part.text)) continue;
    broken ??= [...parts];
    broken[index] = behindBreak(part);
  }
  return broken ?? parts;
}

/** Parts of which the first, if it is words, begins a message of its own. */
export function asOwnMessage(parts: readonly Part[]): readonly Part[] {
  const [first, ...rest] = parts;
  return first?.type === 'text' || first?.type === 'refusal' ? [{ ...first, ownMessage: true }, ...rest] : parts;
}

function isBlank(character: string | undefined): boolean {
  return character === undefined || character.trim() === '';
}

function behindBreak(part: TextPart): TextPart {
  const { text, citations } = part;
  const shift = ({ start = 0, end, ...citation }: Citation): Citation => ({
    ...citation,
    start: start + BREAK.length,
    ...(end === undefined ? {} : { end: end + BREAK.length }),
  });
  return { ...part, text: BREAK + text, ...(citations === undefined ? {} : { citations: citations.map(shift) }) };
}
