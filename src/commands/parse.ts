import { parseArgs } from 'node:util';
import { nearest } from '../lib/nearest.ts';
import type { Command, Flag } from './command.ts';
import { FlagValues, UsageError } from './command.ts';
import { HELP, VERSION_FLAG } from './flags.ts';

/** What a command line asks for; `command` is undefined where it names none. */
export interface Parsed {
  readonly asks: 'run' | 'help' | 'version';
  readonly command: Command | undefined;
  readonly argument: string | undefined;
  readonly secondArgument?: string | undefined;
  readonly flags: FlagValues;
}

/**
 * Reads a command line (without the program's name). Flags may stand before the command, and long ones have one dash or
 * two. Throws a UsageError, which says what is wrong and what was probably meant.
 */
export function parse(argv: readonly string[], commands: readonly Command[], byDefault: Command): Parsed {
  const known = [...commands.flatMap(({ flags }) => flags), ...GLOBAL];
  const tokens = tokenize(argv, known);
  const words = tokens.filter((token) => token.kind === 'positional').map(({ value }) => value);
  const [name] = words;
  const named = commands.find((command) => command.name === name);
  try {
    return interpret({ argv, tokens, words, known }, named, { commands, command: named ?? byDefault });
  } catch (error) {
    if (error instanceof UsageError) error.command = named;
    throw error;
  }
}

/** A command line in its parts. */
interface Line {
  readonly argv: readonly string[];
  readonly tokens: readonly Token[];
  /** What is no flag, nor the value of one. */
  readonly words: readonly string[];
  /** The flags of all commands. */
  readonly known: readonly Flag[];
}

function interpret({ argv, tokens, words, known }: Line, named: Command | undefined, place: Place): Parsed {
  const [name, ...rest] = words;
  const flags = new Map<string, string[]>();
  const given = tokens.filter((token) => token.kind === 'option');
  if (name !== undefined && named === undefined) {
    // What follows a flag that is not known may be its value.
    const stranger = given.find((token) => !known.some((flag) => flag.name === token.name));
    if (stranger !== undefined) read(stranger, argv, place);
    throw unknownCommand(name, place.commands);
  }
  for (const token of given) {
    const { flag, value } = read(token, argv, place);
    flags.set(flag.name, [...(flags.get(flag.name) ?? []), value]);
  }
  const asks = flags.has(HELP.name) ? 'help' : flags.has(VERSION_FLAG.name) ? 'version' : 'run';
  const most = named?.argument === undefined ? 0 : named.secondArgument === undefined ? 1 : 2;
  const excess = rest[most];
  if (excess !== undefined) throw new UsageError(`unexpected argument ${excess}${ofCommand(named)}`);
  const [argument, secondArgument] = rest;
  return { asks, command: named, argument, ...(secondArgument && { secondArgument }), flags: new FlagValues(flags) };
}

const GLOBAL: readonly Flag[] = [HELP, VERSION_FLAG];

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

/** Words that begin with one dash and are longer than a letter are long flags, as in Go's programs. */
function tokenize(argv: readonly string[], known: readonly Flag[]): Token[] {
  const end = argv.indexOf('--');
  const args = argv.map((word, index) =>
    /^-[^-]./s.test(word) && !/^-\w=/.test(word) && (end < 0 || index < end) ? `-${word}` : word,
  );
  const options = Object.fromEntries(
    known.map(({ name, short, value }) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
    ]),
  );
  return parseArgs({ args, options, strict: false, tokens: true, allowPositionals: true }).tokens;
}

interface Place {
  readonly commands: readonly Command[];
  /** Whose flags may stand there. */
  readonly command: Command;
}

function read(token: OptionToken, argv: readonly string[], place: Place): { flag: Flag; value: string } {
  const typed = (argv[token.index] ?? token.rawName).replace(/=.*$/s, '');
  const flag = [...place.command.flags, ...GLOBAL].find(({ name }) => name === token.name);
  if (flag === undefined) throw unknownFlag(token.name, typed, place);
  if (flag.value === undefined) {
    if (token.value !== undefined) throw new UsageError(`${typed} takes no value`);
    return { flag, value: '' };
  }
  // `-c=PATH` is what Go's programs take.
  const value = (token.rawName.length === 2 ? token.value?.replace(/^=/, '') : token.value) ?? '';
  const isFlag = token.inlineValue === false && value.startsWith('-');
  if (isFlag) throw new UsageError(`${typed} needs a value (${flag.value}), and ${value} looks like another flag`);
  if (value === '') throw new UsageError(`${typed} needs a value (${flag.value})`);
  return { flag, value };
}

function unknownFlag(name: string, typed: string, { commands, command }: Place): UsageError {
  const owners = commands.filter(({ flags }) => flags.some((flag) => flag.name === name));
  if (owners.length > 0) {
    const which = owners.map((owner) => owner.name).join(', ');
    return new UsageError(`${typed} is a flag of ${which}, not of ${command.name}`);
  }
  const [near] = nearest(
    name,
    [...command.flags, ...GLOBAL].map((flag) => flag.name),
    1,
  );
  const guess = near === undefined ? '' : ` (did you mean --${near}?)`;
  return new UsageError(`unknown flag ${typed}${ofCommand(command)}${guess}`);
}

function unknownCommand(name: string, commands: readonly Command[]): UsageError {
  const [near] = nearest(
    name,
    commands.map((command) => command.name),
    1,
  );
  const guess = near !== undefined ? `did you mean ${near}?` : /\.ya?ml$/i.test(name) ? `a config: -c ${name}` : '';
  return new UsageError(`unknown command ${name}${guess === '' ? '' : ` (${guess})`}`);
}

function ofCommand(command: Command | undefined): string {
  return command === undefined ? '' : ` of ${command.name}`;
}
