import type { SourceProblem } from './source.ts';

/** A key that begins with `*` and has no quotes: YAML reads it, with its colon, as an alias. */
export interface UnquotedWildcard {
  readonly lineStart: number;
  readonly problem: SourceProblem;
}

/**
 * The first such key on the line of a syntax error (at one of `offsets`), or on the line before: the parser may report the
 * error one line late. Undefined if there is none.
 */
export function unquotedWildcard(text: string, offsets: readonly number[]): UnquotedWildcard | undefined {
  for (const offset of offsets.toSorted((a, b) => a - b)) {
    const line = lineStartAt(text, offset);
    for (const lineStart of line === 0 ? [line] : [lineStartAt(text, line - 1), line]) {
      KEY.lastIndex = lineStart;
      const [, before = '', name = ''] = KEY.exec(text) ?? [];
      if (name === '') continue;
      const message = `a name that begins with * needs quotes: '${name}':`;
      return { lineStart, problem: { path: [], offset: lineStart + before.length, message } };
    }
  }
  return undefined;
}

function lineStartAt(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

const KEY = /([ \t]*(?:- +)*)(\*[^\s'",[\]{}#:]*):(?=\s|$)/y;
