import type { Citation, Part, TextPart } from '../../../core/part.ts';

/** Separates two texts of an answer in dialects that have one text for the whole answer. */
export const BREAK = '\n\n';

/**
 * Knows which texts of an answer do not continue the one before: a text that begins a message of its own, or one after
 * a call, for example. Texts right after each other may be one text in pieces, as Anthropic's are with citations.
 */
export class TextBreaks {
  /** The last character so far; undefined before any. */
  #last: string | undefined;
  #isApart = false;
  #isDue = false;

  /** A text begins. */
  begin(ownMessage = false): void {
    this.#isDue = this.#last !== undefined && (this.#isApart || ownMessage);
  }

  /** Something other than a text comes. */
  other(): void {
    this.#isApart = true;
  }

  /** A piece of the text comes; it is not empty. Returns whether a break must go before it: not beside blanks. */
  isDueBefore(piece: string): boolean {
    const last = this.#last;
    this.#last = piece.at(-1);
    this.#isApart = false;
    if (!this.#isDue) return false;
    this.#isDue = false;
    return !isBlank(last) && !isBlank(piece[0]);
  }
}

/** The parts, with a break at the beginning of each text that does not continue the one before. */
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

/** The parts, of which a leading text or refusal begins a message of its own. */
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
