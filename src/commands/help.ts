import { commandLine, usageLine } from '../lib/called-as.ts';
import { asPlainText } from '../lib/plain-text.ts';
import { VERSION } from '../lib/version.ts';
import type { Argument, Command, Flag } from './command.ts';
import { HELP, VERSION_FLAG } from './flags.ts';

/** The exit codes that every command has. */
export const EXITS: Readonly<Record<number, string>> = {
  0: 'success',
  1: 'failure; details on stderr',
  2: 'the command line is wrong',
};

/** The environment variables that commands go by. */
export const VARIABLES: Readonly<Record<string, string>> = {
  LLM_PROXY_CONFIG: 'the config file where no `-c` names one; without a file there, the start is one without a config',
  LLM_PROXY_LISTEN: 'where to listen if neither a flag nor the config says so',
  LLM_PROXY_COMMAND:
    'the words by which the program was called, for the commands that it prints (set by what starts it: npm, make, an image); `{}` in them stands for the arguments',
  LLM_PROXY_LAUNCHER: 'the id of the process that starts the program and with whose end the gateway stops (set by npm)',
  NO_COLOR: 'if not empty: no colours',
  FORCE_COLOR: 'colours also where there is no terminal; `0` or `false`: none',
  CLICOLOR_FORCE: 'the same, but `0` and `false` count for nothing',
  CLICOLOR: '`0`: no colours',
  TERM: '`dumb`: no colours',
};

/** What the program is and does, in short. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, argument, secondArgument, summary }): Row => {
    const words = name === commands[0]?.name ? `[${name}]` : name;
    return [[words, ...argumentWords([argument, secondArgument])].join(' '), summary];
  });
  return [
    `llm-proxy ${VERSION}: a gateway for LLM APIs`,
    `Usage: ${usageLine('[COMMAND]', '[FLAGS]')}`,
    section('Commands', rows),
    section('Flags', [...(commands[0]?.flags ?? []), HELP, VERSION_FLAG].map(flagRow)),
    section('Environment', Object.entries(VARIABLES)),
    section('Exit codes', Object.entries(EXITS)),
    `${commandLine('help', 'COMMAND')} says more about one.`,
  ].join('\n\n');
}

/** What a command does, all of its flags, and how it is used. */
export function helpOf(command: Command): string {
  const { name, summary, text = [], flags, examples, exits = {} } = command;
  const args = [command.argument, command.secondArgument];
  const words = [name, ...argumentWords(args), ...(flags.length > 0 ? ['[FLAGS]'] : [])];
  return [
    `${commandLine(name)}: ${summary}`,
    `Usage: ${usageLine(...words)}`,
    ...text.map((paragraph) => wrapped(asPlainText(paragraph), '', WIDTH)),
    ...args.flatMap((argument) =>
      argument === undefined ? [] : [section('Argument', [[argument.name, argument.help]])],
    ),
    section('Flags', [...flags, HELP].map(flagRow)),
    section(
      'Examples',
      examples.map(({ words, does }): Row => [commandLine(...words), does]),
    ),
    section('Exit codes', Object.entries({ ...EXITS, ...exits })),
  ].join('\n\n');
}

/** `[COMMAND]` */
function argumentWords(args: readonly (Argument | undefined)[]): string[] {
  return args.flatMap((argument) => (argument === undefined ? [] : [`[${argument.name}]`]));
}

/** `-c, --config PATH` */
export function flagWords({ name, short, value }: Flag): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

type Row = readonly [left: string, right: string];

const WIDTH = 100;
/** A longer left side has its text on the next line. */
const MOST_LEFT = 32;

function flagRow(flag: Flag): Row {
  const words = flagWords(flag);
  const repeats = flag.many === true ? ' (may be repeated)' : '';
  return [flag.short === undefined ? `    ${words}` : words, flag.help + repeats];
}

function section(title: string, rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([left]) => left.length).filter((length) => length <= MOST_LEFT), 0);
  const lines = rows.map(([left, right]) => {
    const indent = ' '.repeat(width + 4);
    const text = wrapped(asPlainText(right), indent, WIDTH);
    return left.length > width ? `  ${left}\n${indent}${text}` : `  ${left.padEnd(width)}  ${text}`;
  });
  return [`${title}:`, ...lines].join('\n');
}

/** Breaks a text into lines, of which all but the first are indented. */
function wrapped(text: string, indent: string, width: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (indent.length + line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${indent}`);
}
