import type { Environment } from '../lib/environment.ts';

/** Text with its variables put in (`whole`: it was one variable and nothing else), or what is wrong with it. */
export type Expansion = { text: string; whole: boolean } | { problem: string };

/**
 * Puts the values of `${NAME}` and `${NAME:-default}` into `text`; a default applies when the variable is unset or empty
 * and may hold variables itself. `$${` is a literal `${`.
 */
export function expand(text: string, env: Environment): Expansion {
  try {
    const { parts } = parse(text, 0, 0);
    return { text: evaluate(parts, env), whole: parts.length === 1 && typeof parts[0] === 'object' };
  } catch (error) {
    if (error instanceof ExpansionError) return { problem: error.message };
    throw error;
  }
}

class ExpansionError extends Error {}

type Part = string | { name: string; fallback: Part[] | undefined };

const MAX_DEPTH = 10;
const HOW = 'write ${NAME}, ${NAME:-default}, or $${ for a literal ${';

/** Reads from `start`: at depth 0 to the end of the text, deeper (inside a default) to its `}`. */
function parse(text: string, start: number, depth: number): { parts: Part[]; end: number } {
  if (depth > MAX_DEPTH) throw new ExpansionError(`has variables nested more than ${MAX_DEPTH} deep (${HOW})`);
  const parts: Part[] = [];
  const special = depth === 0 ? /\$?\$\{/g : /\$?\$\{|\}/g;
  let at = start;
  for (;;) {
    special.lastIndex = at;
    const match = special.exec(text);
    if (!match && depth > 0) throw new ExpansionError(`has a "\${" without its "}" (${HOW})`);
    const next = match?.index ?? text.length;
    if (next > at) parts.push(text.slice(at, next));
    if (!match) return { parts, end: next };
    at = special.lastIndex;
    if (match[0] === '}') return { parts, end: at };
    if (match[0] === '$${') {
      parts.push('${');
      continue;
    }
    const { name, hasDefault, end } = parseName(text, at);
    const fallback = hasDefault ? parse(text, end, depth + 1) : undefined;
    parts.push({ name, fallback: fallback?.parts });
    at = fallback?.end ?? end;
  }
}

/** Reads `NAME}` or `NAME:-`; `end` is after what was read. */
function parseName(text: string, at: number): { name: string; hasDefault: boolean; end: number } {
  const name = /([A-Za-z_]\w*)(\}|:-)/y;
  name.lastIndex = at;
  const match = name.exec(text);
  const [, found, opener] = match ?? [];
  if (found === undefined) throw new ExpansionError(`has a "\${" that names no variable (${HOW})`);
  return { name: found, hasDefault: opener === ':-', end: name.lastIndex };
}

function evaluate(parts: Part[], env: Environment): string {
  return parts.map((part) => (typeof part === 'string' ? part : valueOf(part.name, part.fallback, env))).join('');
}

function valueOf(name: string, fallback: Part[] | undefined, env: Environment): string {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (fallback) return value || evaluate(fallback, env);
  if (value !== undefined) return value;
  throw new ExpansionError(`the environment variable ${name} is not set (set it, or write \${${name}:-default})`);
}
