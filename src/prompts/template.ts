import { arch, homedir, hostname, platform, userInfo } from 'node:os';
import { type Environment, valueIn } from '../lib/environment.ts';
import { localDate, localTime } from '../lib/local-time.ts';
import { fillIn, parseVariables, variablesOf } from '../lib/variables.ts';

/** A prompt's text in pieces: constants, and what depends on the moment of the request. Neighbours are not both constants. */
export type Template = readonly (string | Moment)[];

type Moment = (now: Date) => string;

/** Of the environment's variables those that prompts may hold. */
export interface PromptVariables {
  readonly env: Environment;
  readonly allowed: ReadonlySet<string>;
}

/** A compiled text; `unset` names variables without value or default, each once, `refused` those that no prompt may hold. */
export interface Compiled {
  readonly template: Template;
  readonly unset: string[];
  readonly refused: { readonly name: string; readonly offset: number }[];
}

/**
 * Fills in all variables of `text` but those of date and time, which stay to be evaluated per request. An unset one
 * without default stays as it is written, as does a `${` that begins no variable. What the environment holds goes to
 * providers with the text, keys included, so only what is allowed is taken from it.
 */
export function compileTemplate(text: string, { env, allowed }: PromptVariables): Compiled {
  const parts = parseVariables(text, true);
  const isAllowed = (name: string): boolean => MOMENTS.has(name) || FACTS.has(name) || allowed.has(name);
  const unset = new Set<string>();
  const template = fillIn<Moment>(parts, {
    valueOf: ({ name }) => MOMENTS.get(name) ?? (isAllowed(name) ? valueOf(name, env) : ''),
    unset: ({ name, written }) => {
      unset.add(name);
      return written;
    },
  });
  const refused = [...variablesOf(parts)].filter(({ name }) => !isAllowed(name));
  return { template, unset: [...unset], refused };
}

/** The text of `template` at a moment, in local time. */
export function renderTemplate(template: Template, now: Date): string {
  let text = '';
  for (const piece of template) text += typeof piece === 'string' ? piece : piece(now);
  return text;
}

/** What every prompt may hold, and what it becomes. */
export const PROMPT_VARIABLES: Readonly<Record<string, string>> = {
  _DATE: 'The day of the request in local time, `2026-11-30`.',
  _TIME: 'The time of the request in local time, `14:05:09`.',
  _DATETIME: 'Both, with a space between.',
  _OS: 'The operating system: `linux`, `darwin`, `windows`, …',
  _ARCH: 'The processor: `x64`, `arm64`, …',
  _HOSTNAME: "The machine's name.",
  _USER: 'The user that the gateway runs as.',
  _HOME: "That user's home directory.",
  _SHELL: "That user's shell, as the environment says.",
  _LANG: 'The language, as the environment (`LC_ALL`, `LANG`) or the system says.',
};

const MOMENTS = new Map<string, Moment>([
  ['_DATE', localDate],
  ['_TIME', localTime],
  ['_DATETIME', (now) => `${localDate(now)} ${localTime(now)}`],
]);

/** What the machine and the process are; undefined where it is not known. */
const FACTS = new Map<string, (env: Environment) => string | undefined>([
  ['_OS', () => (platform() === 'win32' ? 'windows' : platform())],
  ['_ARCH', () => arch()],
  ['_HOSTNAME', () => hostname()],
  ['_USER', (env) => env['USER'] || env['USERNAME'] || fromPasswd(() => userInfo().username)],
  ['_HOME', (env) => env['HOME'] || env['USERPROFILE'] || fromPasswd(homedir)],
  ['_SHELL', (env) => env['SHELL'] || env['ComSpec'] || undefined],
  ['_LANG', (env) => env['LC_ALL'] || env['LANG'] || Intl.DateTimeFormat().resolvedOptions().locale],
]);

function valueOf(name: string, env: Environment): string | undefined {
  const fact = FACTS.get(name);
  return fact === undefined ? valueIn(env, name) : fact(env);
}

/** A container that runs under a user ID of its own has no passwd entry, and `node:os` throws. */
function fromPasswd(read: () => string): string | undefined {
  try {
    return read() || undefined;
  } catch {
    return undefined;
  }
}
