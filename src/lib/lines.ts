import { LineCounter } from 'yaml';

/** The lines of a text: `linePos` tells on which one an offset is, and in which column; both count from 1. */
export function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  return lines;
}
