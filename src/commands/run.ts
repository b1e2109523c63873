import { commandLine } from '../lib/called-as.ts';
import { VERSION } from '../lib/version.ts';
import { check } from './check.ts';
import type { Command, CommandLine } from './command.ts';
import { FlagValues, UsageError } from './command.ts';
import { db } from './db.ts';
import { explain } from './explain.ts';
import { CONFIG } from './flags.ts';
import { health } from './health.ts';
import { helpOf, overview } from './help.ts';
import { importConfig } from './import/import.ts';
import { init } from './init.ts';
import { keys } from './keys.ts';
import { ledger } from './ledger.ts';
import { CLOSED_PIPE_EXIT, OutputError, printLine } from './output.ts';
import { parse } from './parse.ts';
import { prices } from './prices/prices.ts';
import { schema } from './schema.ts';
import { serve } from './serve.ts';
import { teams } from './teams.ts';
import { usage } from './usage.ts';
import type { Environment } from '../lib/environment.ts';

const help: Command = {
  name: 'help',
  summary: 'show help: all commands, or one of them',
  argument: { name: 'COMMAND', help: 'the command to explain; without it: an overview' },
  flags: [],
  examples: [{ words: ['help', 'check'], does: 'tells of `check`' }],
  run({ argument, out }) {
    if (argument === undefined) out(overview(COMMANDS));
    else out(helpOf(parse([argument], COMMANDS, serve).command ?? help));
    return 0;
  },
};

const version: Command = {
  name: 'version',
  summary: 'print the version',
  flags: [],
  examples: [{ words: ['version'], does: 'prints it' }],
  run({ out }) {
    out(VERSION);
    return 0;
  },
};

/** All commands, the one that runs where none is named first. */
export const COMMANDS: readonly Command[] = [
  serve,
  check,
  init,
  health,
  schema,
  prices,
  importConfig,
  explain,
  keys,
  teams,
  usage,
  ledger,
  db,
  help,
  version,
];

/** Runs the command of a command line (without the program's name) in an environment; resolves to the exit code. */
export async function run(argv: readonly string[], env: Environment): Promise<number> {
  try {
    const { asks, command, argument, secondArgument, flags } = parse(argv, COMMANDS, serve);
    const runs = asks === 'run' ? (command ?? serve) : asks === 'version' ? version : help;
    if (runs.flags.some(({ name }) => name === CONFIG.name) && !isSomewhere()) return nowhere();
    return await runAs(runs, {
      argument: asks === 'help' ? command?.name : argument,
      secondArgument,
      flags: asks === 'run' ? flags : new FlagValues(),
      env,
      out: printLine,
      err: console.error,
    });
  } catch (error) {
    if (error instanceof OutputError) return unprinted(error);
    if (!isSomewhere()) return nowhere();
    if (!(error instanceof UsageError)) throw error;
    const named = error.command;
    const words = named === undefined ? ['--help'] : ['help', named.name];
    console.error(`llm-proxy: ${error.message}\n${commandLine(...words)} shows help.`);
    return 2;
  }
}

/** Runs a command; a UsageError of its own is one of that command. */
async function runAs(command: Command, line: CommandLine): Promise<number> {
  try {
    return await command.run(line);
  } catch (error) {
    if (error instanceof UsageError) error.command ??= command;
    throw error;
  }
}

function unprinted({ isClosed, message }: OutputError): number {
  if (isClosed) return CLOSED_PIPE_EXIT;
  console.error(`llm-proxy: ${message}`);
  return 1;
}

function nowhere(): number {
  console.error('llm-proxy: the working directory does not exist any more: go to another one (cd), and start again');
  return 1;
}

/** Whether there is a working directory: paths begin there, and somebody may have removed it. */
function isSomewhere(): boolean {
  try {
    return process.cwd() !== '';
  } catch {
    return false;
  }
}
