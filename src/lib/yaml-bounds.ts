import { Lexer } from 'yaml';

/**
 * Where a YAML text is nested deeper, or made of more parts, than anything that people write; undefined if nowhere. The
 * parser's time grows with the square of both (80 KB of `{a: ` take it 40 s), so this is asked before, and is linear.
 */
export function yamlExcess(text: string): { offset: number; message: string } | undefined {
  const indents: number[] = [];
  let [offset, parts, brackets, markers] = [0, 0, 0, 0];
  let isScalar = false;
  let isLineStart = true;
  for (const token of new Lexer().lex(text)) {
    if (token === SCALAR) isScalar = true;
    if (MARKS.has(token)) continue;
    if (isScalar) isScalar = false;
    else if (token === '{' || token === '[') brackets++;
    else if (token === '}' || token === ']') brackets = Math.max(0, brackets - 1);
    else if (token === '-' || token === '?') markers++;
    if (isLineStart && token !== '\n') {
      const indent = token.startsWith(' ') ? token.length : 0;
      while ((indents.at(-1) ?? -1) >= indent) indents.pop();
      indents.push(indent);
    }
    isLineStart = token.endsWith('\n');
    if (isLineStart) markers = 0;
    if (indents.length + brackets + markers > MAX_DEPTH)
      return { offset, message: 'is nested too deeply (use fewer levels)' };
    if (++parts > MAX_PARTS) return { offset, message: `has too many parts (up to ${MAX_PARTS} words and signs)` };
    offset += token.length;
  }
  return undefined;
}

const MAX_DEPTH = 64;
const MAX_PARTS = 250_000;
const SCALAR = '\u001f';
/** What the lexer says of the text and is not in it: a document, a scalar, the end of a flow that has none. */
const MARKS: ReadonlySet<string> = new Set(['\u0002', SCALAR, '\u0018']);
