import { commandLine } from '../lib/called-as.ts';
import { VERSION } from '../lib/version.ts';
import { check } from './check.ts';
import type { Command } from './command.ts';
import { FlagValues, UsageError } from './command.ts';
import { explain } from './explain.ts';
import { health } from './health.ts';
import { helpOf, overview } from './help.ts';
import { init } from './init.ts';
import { parse } from './parse.ts';
import { schema } from './schema.ts';
import { serve } from './serve.ts';

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
export const COMMANDS: readonly Command[] = [serve, check, init, health, schema, explain, help, version];

/** Runs the command of a command line (without the program's name); resolves to the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const { asks, command, argument, flags } = parse(argv, COMMANDS, serve);
    const runs = asks === 'run' ? (command ?? serve) : asks === 'version' ? version : help;
    return await runs.run({
      argument: asks === 'help' ? command?.name : argument,
      flags: asks === 'run' ? flags : new FlagValues(),
      env: process.env,
      out: console.log,
      err: console.error,
    });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const named = COMMANDS.find(({ name }) => argv.includes(name));
    const words = named === undefined ? ['--help'] : ['help', named.name];
    console.error(`llm-proxy: ${error.message}\n${commandLine(...words)} shows help.`);
    return 2;
  }
}
