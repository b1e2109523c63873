/** A text taken apart: what stays as it is, and variables. */
export type Part = string | Variable;

/** `${NAME}` or `${NAME:-default}`. */
export interface Variable {
  readonly name: string;
  /** The default, which may hold variables itself; undefined without one. */
  readonly fallback: readonly Part[] | undefined;
  /** As it stands in the text, and where. */
  readonly written: string;
  readonly offset: number;
}

/** Thrown for a `${` that begins no variable; the message says why, and what is allowed. */
export class MalformedVariable extends Error {}

/**
 * Takes `text` apart; `$${` is a literal `${`. A `${` that begins no variable throws a MalformedVariable, or stays as it is
 * written where it may (`keepsMalformed`).
 */
export function parseVariables(text: string, keepsMalformed = false): Part[] {
  return parse(text, 0, { depth: 0, keepsMalformed }).parts;
}

/** What variables become. */
export interface Values<T> {
  /** The value; undefined if the variable is unset. A value of `T` stays a piece of its own. */
  valueOf(variable: Variable): string | T | undefined;
  /** What stands for a variable that is unset and has no default. */
  unset(variable: Variable): string;
}

/**
 * Puts values in the place of variables. As in a shell, a default stands in for a variable that is unset or empty. Texts
 * next to each other become one; empty ones are left out.
 */
export function fillIn<T>(parts: readonly Part[], values: Values<T>): (string | T)[] {
  const pieces: (string | T)[] = [];
  let text = '';
  for (const piece of valuesOf(parts, values)) {
    if (typeof piece === 'string') text += piece;
    else {
      if (text !== '') pieces.push(text);
      pieces.push(piece);
      text = '';
    }
  }
  if (text !== '') pieces.push(text);
  return pieces;
}

/** All variables, those in defaults included. */
export function* variablesOf(parts: readonly Part[]): Generator<Variable> {
  for (const part of parts) {
    if (typeof part === 'string') continue;
    yield part;
    yield* variablesOf(part.fallback ?? []);
  }
}

/** Their names, each once; the text must be well formed. */
export function variableNames(text: string): string[] {
  return [...new Set(Array.from(variablesOf(parseVariables(text)), ({ name }) => name))];
}

function* valuesOf<T>(parts: readonly Part[], values: Values<T>): Generator<string | T> {
  for (const part of parts) {
    if (typeof part === 'string') {
      yield part;
      continue;
    }
    const value = values.valueOf(part);
    if (part.fallback !== undefined && (value === undefined || value === '')) yield* valuesOf(part.fallback, values);
    else yield value ?? values.unset(part);
  }
}

const MAX_DEPTH = 10;
const HOW = 'write ${NAME}, ${NAME:-default}, or $${ for a literal ${';

interface Context {
  /** Above 0: within a default, which ends at its `}`. */
  readonly depth: number;
  readonly keepsMalformed: boolean;
}

/** Reads from `start` to the end of the text, or of the default; `end` is after what was read. */
function parse(text: string, start: number, { depth, keepsMalformed }: Context): { parts: Part[]; end: number } {
  if (depth > MAX_DEPTH) throw new MalformedVariable(`has variables nested more than ${MAX_DEPTH} deep (${HOW})`);
  const parts: Part[] = [];
  const special = depth === 0 ? /\$?\$\{/g : /\$?\$\{|\}/g;
  let at = start;
  for (;;) {
    special.lastIndex = at;
    const match = special.exec(text);
    if (!match && depth > 0) throw new MalformedVariable(`has a "\${" without its "}" (${HOW})`);
    const next = match?.index ?? text.length;
    if (next > at) parts.push(text.slice(at, next));
    if (!match) return { parts, end: next };
    at = special.lastIndex;
    if (match[0] === '}') return { parts, end: at };
    if (match[0] === '$${') {
      parts.push('${');
      continue;
    }
    try {
      const { variable, end } = parseVariable(text, next, depth);
      parts.push(variable);
      at = end;
    } catch (error) {
      if (!(error instanceof MalformedVariable) || !keepsMalformed) throw error;
      parts.push('${');
    }
  }
}

/** Reads the variable that begins at `offset`. Whatever is malformed in its default makes it malformed as a whole. */
function parseVariable(text: string, offset: number, depth: number): { variable: Variable; end: number } {
  const head = /\$\{([A-Za-z_]\w*)(\}|:-)/y;
  head.lastIndex = offset;
  const [, name, opener] = head.exec(text) ?? [];
  if (name === undefined) throw new MalformedVariable(`has a "\${" that names no variable (${HOW})`);
  const rest = opener === ':-' ? parse(text, head.lastIndex, { depth: depth + 1, keepsMalformed: false }) : undefined;
  const end = rest?.end ?? head.lastIndex;
  return { variable: { name, fallback: rest?.parts, written: text.slice(offset, end), offset }, end };
}
