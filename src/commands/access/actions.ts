import type { CommandLine, Flag } from '../command.ts';
import { UsageError } from '../command.ts';
import { CONFIG } from '../flags.ts';

/** What a command of several actions does for one of them. */
export interface Action {
  /** The flags that go with it, besides `--config`. */
  readonly flags: readonly Flag[];
  /** What its second argument is; undefined: it has none. */
  readonly named?: string;
  run(line: CommandLine): Promise<number>;
}

/** Runs the action that a command line names. Throws a UsageError for one that is unknown, or for what does not go with it. */
export async function runAction(
  command: string,
  actions: Readonly<Record<string, Action>>,
  line: CommandLine,
): Promise<number> {
  const { argument, secondArgument, flags } = line;
  const known = Object.keys(actions).join(', ');
  if (argument === undefined) throw new UsageError(`${command} needs an action: ${known}`);
  const action = Object.hasOwn(actions, argument) ? actions[argument] : undefined;
  if (action === undefined) throw new UsageError(`there is no ${command} ${argument} (${known})`);
  if (action.named === undefined && secondArgument !== undefined)
    throw new UsageError(`unexpected argument ${secondArgument} of ${command} ${argument}`);
  if (action.named !== undefined && secondArgument === undefined)
    throw new UsageError(`${command} ${argument} needs ${action.named}`);
  const allowed = new Set([CONFIG.name, ...action.flags.map(({ name }) => name)]);
  const alien = flagsOf(actions).find((flag) => flags.has(flag) && !allowed.has(flag.name));
  if (alien !== undefined) throw new UsageError(`--${alien.name} does not go with ${command} ${argument}`);
  return await action.run(line);
}

/** The flags of all actions, each once. */
export function flagsOf(actions: Readonly<Record<string, Action>>): readonly Flag[] {
  return [...new Set(Object.values(actions).flatMap(({ flags }) => flags))];
}
