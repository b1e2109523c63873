import { type Environment, valueIn } from '../lib/environment.ts';
import { fillIn, MalformedVariable, parseVariables, type Part } from '../lib/variables.ts';

/** Text with its variables replaced (`whole`: it was one variable and nothing else), or what is wrong with it. */
export type Expansion = { text: string; whole: boolean } | { problem: string };

/** Replaces `${NAME}` and `${NAME:-default}` in `text`. A variable that is unset and has no default is a problem. */
export function expand(text: string, env: Environment): Expansion {
  try {
    const parts = parseVariables(text);
    return { text: evaluate(parts, env), whole: parts.length === 1 && typeof parts[0] === 'object' };
  } catch (error) {
    if (error instanceof MalformedVariable || error instanceof UnsetVariable) return { problem: error.message };
    throw error;
  }
}

class UnsetVariable extends Error {}

function evaluate(parts: readonly Part[], env: Environment): string {
  const pieces = fillIn<never>(parts, {
    valueOf: ({ name }) => valueIn(env, name),
    unset: ({ name }) => {
      throw new UnsetVariable(`the environment variable ${name} is not set (set it, or write \${${name}:-default})`);
    },
  });
  return pieces.join('');
}
