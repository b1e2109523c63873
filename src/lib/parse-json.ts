import { randomBytes } from 'node:crypto';

/** Strings of at least so many UTF-16 units (data, mostly) are cut out before the rest is parsed. */
const LONG_UNITS = 32 * 1024;
/** Any string that long covers a multiple of this. */
const STRIDE = LONG_UNITS / 2;
/** What a string that stands as it is written cannot hold. A class of all that it can hold, negated, takes fifteen times as long. */
// oxlint-disable-next-line no-control-regex -- that is what is looked for
const ESCAPED = /[\0-\x1f\\]/;
/** Stands for a string that was cut out. Nobody outside can write it, or a body could say two things. */
const MARK = `cut-${randomBytes(16).toString('hex')}-`;

/** The content of a string in a text, without its quotes. */
interface Cut {
  readonly start: number;
  readonly end: number;
}

/**
 * As JSON.parse, with the same errors. Long strings without escapes are not copied: they share the text's memory, which
 * spares whoever sends pictures most of the work.
 */
export function parseJson(text: string): unknown {
  const cuts = text.length < LONG_UNITS ? [] : longStrings(text);
  return (cuts.length === 0 ? undefined : parsedWithout(cuts, text)) ?? (JSON.parse(text) as unknown);
}

/**
 * What stands between two quotes, is long, and would be the content of a string if the first of the two opens one. If it
 * does not, the text with a mark in its place is no JSON.
 */
function longStrings(text: string): Cut[] {
  const cuts: Cut[] = [];
  for (let at = STRIDE; at < text.length; at += STRIDE) {
    const end = text.indexOf('"', at);
    if (end === -1) break;
    const start = text.lastIndexOf('"', at - 1) + 1;
    // Behind a backslash it is a quote within a string.
    if (end - start >= LONG_UNITS && start > 1 && text[start - 2] !== '\\' && !ESCAPED.test(text.slice(start, end)))
      cuts.push({ start, end });
    if (end > at) at = end - (end % STRIDE);
  }
  return cuts;
}

/** Undefined if it is no JSON, or not all that was cut out is found again: the name of a member, or one that comes twice. */
function parsedWithout(cuts: readonly Cut[], text: string): unknown {
  let rest = '';
  let from = 0;
  for (const [index, { start, end }] of cuts.entries()) {
    rest += `${text.slice(from, start)}${MARK}${index}`;
    from = end;
  }
  rest += text.slice(from);
  const filler = new Filler(cuts, text);
  try {
    const value = filler.filled(JSON.parse(rest));
    return filler.filledIn === cuts.length ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Puts what was cut out back into its places. */
class Filler {
  filledIn = 0;

  constructor(
    private readonly cuts: readonly Cut[],
    private readonly text: string,
  ) {}

  filled(value: unknown): unknown {
    if (typeof value === 'string') return value.startsWith(MARK) ? this.#original(value) : value;
    if (typeof value !== 'object' || value === null || this.filledIn === this.cuts.length) return value;
    const members = value as Record<string, unknown>;
    for (const key in members) {
      const member = members[key];
      if (typeof member === 'string' ? member.startsWith(MARK) : typeof member === 'object' && member !== null)
        members[key] = this.filled(member);
    }
    return value;
  }

  #original(mark: string): string {
    const cut = this.cuts[Number(mark.slice(MARK.length))];
    if (cut === undefined) return mark;
    this.filledIn++;
    return this.text.slice(cut.start, cut.end);
  }
}
