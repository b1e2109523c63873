import { dirname, resolve } from 'node:path';
import { readPrompts } from '../read-prompts.ts';
import { reasonFor } from '../config/listen-choice.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { ConfigError, formatProblem } from '../config/problem.ts';
import { secretsOf } from '../config/secrets.ts';
import { printable } from '../lib/printable.ts';
import { createRedactor } from '../records/log/redact.ts';
import { checkLive } from './check-live.ts';
import type { Command, CommandLine } from './command.ts';
import { maskLikely, UsageError } from './command.ts';
import { environmentDangers } from './environment-dangers.ts';
import { CONFIG, configPath } from './flags.ts';
import { ALIAS, BACKEND, JSON_FLAG, LIVE, TIMEOUT } from './live/flags.ts';

/** `llm-proxy check`: says what is wrong with a config file, or what is in it; asks each of its routes if it is told to. */
export const check: Command = {
  name: 'check',
  summary: 'say what is wrong with a config; with --live, ask each of its routes once',
  text: [
    'Names everything that is wrong with a config and its prompt files, each with file, line and column, as the start would. Warnings do not make it fail.',
    '`--live` then sends the smallest request there is to each enabled route, through the same connections, keys and translation as `serve`, at most 8 at once, and prints what came. A route that several aliases share is asked once. It costs a few tokens of each model. Models of images and sounds are not asked: one request would cost as much as hundreds of these. Of a wildcard alias the first name of its `list` is asked for, or what `--alias` names.',
  ],
  flags: [CONFIG, LIVE, ALIAS, BACKEND, TIMEOUT, JSON_FLAG],
  examples: [
    { words: ['check'], does: 'checks `config.yaml`' },
    { words: ['check', '--live'], does: 'checks it, and asks every route' },
    { words: ['check', '--live', '--alias', 'gpt-5', '--json'], does: 'asks the routes of one alias, for a script' },
  ],
  exits: { 1: 'the config is invalid; with --live also: a route did not serve' },
  run,
};

async function run(line: CommandLine): Promise<number> {
  const isLive = line.flags.has(LIVE);
  const alone = [ALIAS, BACKEND, TIMEOUT, JSON_FLAG].find((flag) => line.flags.has(flag));
  if (!isLive && alone !== undefined) throw new UsageError(`--${alone.name} goes with --live`);
  const loaded = await checked(line);
  if (loaded === undefined) return 1;
  return isLive ? await checkLive(loaded, line) : 0;
}

/** Prints what there is to say of the config; undefined if it cannot be used. */
async function checked(line: CommandLine): Promise<LoadedConfig | undefined> {
  const { env, out, err } = line;
  const file = configPath(line);
  try {
    const loaded = await loadConfig(file, env);
    const mask = createRedactor(secretsOf(loaded.config, env));
    for (const warning of loaded.warnings) err(`warning: ${printable(mask(formatProblem(warning)))}`);
    const prompts = await readPrompts(loaded.config, resolve(dirname(file)), env);
    const warnings = [...prompts.warnings, ...environmentDangers(env)];
    for (const warning of warnings) err(`warning: ${printable(mask(warning))}`);
    const summed = summary(file, loaded, loaded.warnings.length + warnings.length);
    // What a script reads is JSON alone.
    (line.flags.has(JSON_FLAG) ? err : out)(summed);
    return loaded;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // Which values are secret is not known of a config that cannot be used; what looks like a key is.
    for (const problem of error.problems) err(printable(maskLikely(formatProblem(problem))));
    return undefined;
  }
}

/** `config.yaml is valid: 3 backends, 2 aliases, listen :8765` */
function summary(file: string, { config, listen }: LoadedConfig, warnings: number): string {
  const facts = [
    count(config.backends, 'backend', 'backends'),
    count(Object.values(config.models), 'alias', 'aliases'),
    `listen ${config.listen}${reasonFor(listen, config)}`,
  ];
  if (warnings > 0) facts.push(warnings === 1 ? '1 warning' : `${warnings} warnings`);
  return `${file} is valid: ${facts.join(', ')}`;
}

function count(things: { enabled: boolean }[], one: string, many: string): string {
  const disabled = things.filter((thing) => !thing.enabled).length;
  return `${things.length} ${things.length === 1 ? one : many}${disabled > 0 ? ` (${disabled} disabled)` : ''}`;
}
