import { dirname, resolve } from 'node:path';
import { readPrompts } from '../app.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { ConfigError, formatProblem } from '../config/problem.ts';
import { secretsOf } from '../config/secrets.ts';
import { printable } from '../lib/printable.ts';
import { createRedactor } from '../observe/redact.ts';
import type { Command, CommandLine } from './command.ts';
import { maskLikely } from './command.ts';
import { environmentDangers } from './environment-dangers.ts';
import { CONFIG, configPath } from './flags.ts';

/** `llm-proxy check`: says what is wrong with a config file, or what is in it. */
export const check: Command = {
  name: 'check',
  summary: 'say what is wrong with a config, and exit 0 or 1',
  text: [
    'Names everything that is wrong with a config and its prompt files, each with file, line and column, as the start would. Warnings do not make it fail.',
  ],
  flags: [CONFIG],
  examples: [
    { words: ['check'], does: 'checks `config.yaml`' },
  ],
  exits: { 1: 'the config is invalid' },
  run,
};

async function run(line: CommandLine): Promise<number> {
  return (await checked(line)) === undefined ? 1 : 0;
}

/** Prints what there is to say of the config; undefined if it cannot be used. */
async function checked(line: CommandLine): Promise<LoadedConfig | undefined> {
  const { env, out, err } = line;
  const file = configPath(line);
  try {
    const loaded = await loadConfig(file, env);
    const mask = createRedactor(secretsOf(loaded.config));
    for (const warning of loaded.warnings) err(`warning: ${printable(mask(formatProblem(warning)))}`);
    const prompts = await readPrompts(loaded.config, resolve(dirname(file)), env);
    const warnings = [...prompts.warnings, ...environmentDangers(env)];
    for (const warning of warnings) err(`warning: ${printable(mask(warning))}`);
    const summed = summary(file, loaded, loaded.warnings.length + warnings.length);
    out(summed);
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
  const hasKey = config.proxy_api_key !== undefined || config.keys !== undefined;
  const why = { default: hasKey ? 'the default with a key' : 'the default without a key, for this machine alone' };
  const from = listen.from === 'listen' ? '' : ` (${listen.from === 'default' ? why.default : listen.from})`;
  const facts = [
    count(config.backends, 'backend', 'backends'),
    count(Object.values(config.models), 'alias', 'aliases'),
    `listen ${config.listen}${from}`,
  ];
  if (warnings > 0) facts.push(warnings === 1 ? '1 warning' : `${warnings} warnings`);
  return `${file} is valid: ${facts.join(', ')}`;
}

function count(things: { enabled: boolean }[], one: string, many: string): string {
  const disabled = things.filter((thing) => !thing.enabled).length;
  return `${things.length} ${things.length === 1 ? one : many}${disabled > 0 ? ` (${disabled} disabled)` : ''}`;
}
