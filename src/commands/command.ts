import { createRedactor } from '../records/log/redact.ts';
import type { Environment } from '../lib/environment.ts';

/** A flag of a command. */
export interface Flag {
  /** Without its dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** What its value is (`PATH`); undefined: it takes none. */
  readonly value?: string;
  /** It may be given more than once. */
  readonly many?: boolean;
  readonly help: string;
}

/** A word of a command line that is no flag. */
export interface Argument {
  readonly name: string;
  readonly help: string;
}

/** A command line to copy, and what it does. */
export interface Example {
  readonly words: readonly string[];
  readonly does: string;
}

/** One command: what help, the documentation and the reading of command lines go by. */
export interface Command {
  readonly name: string;
  /** One line, an imperative. */
  readonly summary: string;
  /** Paragraphs in Markdown, as far as a terminal shows that well. */
  readonly text?: readonly string[];
  /** An optional one. */
  readonly argument?: Argument;
  /** One after it, also optional. */
  readonly secondArgument?: Argument;
  readonly flags: readonly Flag[];
  readonly examples: readonly Example[];
  /** What its exit codes mean, beyond those that all commands have. */
  readonly exits?: Readonly<Record<number, string>>;
  /** Resolves to the exit code. */
  run(line: CommandLine): number | Promise<number>;
}

/** What a command was called with, and where it prints. */
export interface CommandLine {
  readonly argument: string | undefined;
  readonly secondArgument?: string | undefined;
  readonly flags: FlagValues;
  readonly env: Environment;
  /** Takes whole lines without their ends. */
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** The flags that were given. */
export class FlagValues {
  constructor(private readonly given: ReadonlyMap<string, readonly string[]> = new Map()) {}

  /** The last value that was given. */
  value({ name }: Flag): string | undefined {
    return this.given.get(name)?.at(-1);
  }

  /** All values that were given. */
  all({ name }: Flag): readonly string[] {
    return this.given.get(name) ?? [];
  }

  has({ name }: Flag): boolean {
    return this.given.has(name);
  }
}

/** A command line that cannot be followed: said with how to see what can be, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The command whose help tells what can be; undefined where none is named. */
  command: Command | undefined;
}

/** Masks what looks like a key, where the config that would tell which texts are keys cannot be had. */
export const maskLikely = createRedactor([]);
