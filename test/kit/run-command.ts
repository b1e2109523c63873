import { COMMANDS } from '../../src/commands/run.ts';
import { parse } from '../../src/commands/parse.ts';
import type { Command } from '../../src/commands/command.ts';

/** What a command came to. */
export interface CommandOutcome {
  readonly code: number;
  /** What it printed, piece by piece. */
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** Runs a command in this process, with the words of a command line behind its name. Rejects with the UsageError of wrong ones. */
export async function runCommand(
  command: Command,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<CommandOutcome> {
  const { argument, secondArgument, flags } = parse([command.name, ...words], COMMANDS, command);
  const out: string[] = [];
  const err: string[] = [];
  const code = await command.run({
    argument,
    secondArgument,
    flags,
    env,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
  });
  return { code, out, err };
}
