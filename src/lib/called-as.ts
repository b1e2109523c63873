import { relative, sep } from 'node:path';
import type { Environment } from './environment.ts';

/** What tells how the program was called. */
export interface Call {
  readonly env: Environment;
  /** The program as it was typed: `llm-proxy`, `./dist/llm-proxy`, `node_modules/.bin/bun`. */
  readonly argv0: string;
  /** The script that Bun runs; undefined for the executable. */
  readonly script: string | undefined;
  readonly execPath: string;
  readonly cwd: string;
}

/**
 * A command of this program as it works where its output is read: `llm-proxy init`, `./dist/llm-proxy init`,
 * `make run ARGS=init`. Everything that prints a command gets it here.
 *
 * `LLM_PROXY_COMMAND` is set by what starts the program for somebody (npm's launcher, make, an image): the words by which
 * that was called. Arguments follow them, or stand for `{}` in them, as one word.
 */
export function commandLine(...args: readonly string[]): string {
  return commandOf(currentCall(), args);
}

/** The same with words that stand for others, such as `[FLAGS]`: they are not quoted one by one. */
export function usageLine(...words: readonly string[]): string {
  return commandOf(currentCall(), words, String);
}

/** The same for any call. */
export function commandOf(call: Call, args: readonly string[], quoted: (word: string) => string = shellWord): string {
  const given = call.env[VARIABLE]?.trim() ?? '';
  const program = isUsable(given) ? given : typed(call);
  const words = args.map(quoted).join(' ');
  if (!program.includes(PLACE)) return words === '' ? program : `${program} ${words}`;
  if (words !== '') return program.replace(PLACE, () => shellWord(words));
  // Without arguments the word that would hold them is not needed.
  return program
    .split(' ')
    .filter((word) => !word.includes(PLACE))
    .join(' ');
}

/** Whether this is the executable, and not Bun with a script. */
export function isExecutable(): boolean {
  return Bun.main.startsWith('/$bunfs/') || Bun.main.includes('~BUN');
}

const VARIABLE = 'LLM_PROXY_COMMAND';
const PLACE = '{}';
/** Words that a person typed are no longer. */
const MOST_CHARS = 300;

function isUsable(text: string): boolean {
  return text !== '' && text.length <= MOST_CHARS && /^[\x20-\x7e]+$/.test(text);
}

function currentCall(): Call {
  const { env, argv0, execPath } = process;
  return { env, argv0, execPath, script: isExecutable() ? undefined : Bun.main, cwd: process.cwd() };
}

function typed({ env, argv0, script, execPath, cwd }: Call): string {
  // Whoever starts a process may call it what they like.
  const isFound = /[/\\]/.test(argv0) || Bun.which(argv0, { PATH: env['PATH'] ?? '' }) !== null;
  const program = shellWord(isFound ? argv0 : execPath);
  return script === undefined ? program : `${program} ${shellWord(shortest(script, cwd))}`;
}

/** A path from where the program was called, if it lies below that. */
function shortest(path: string, cwd: string): string {
  const below = relative(cwd, path);
  return below === '' || below.startsWith(`..${sep}`) || below === '..' ? path : below;
}

/** The text as one word of a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
