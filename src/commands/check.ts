import { dirname, resolve } from 'node:path';
import { readPrompts } from '../app.ts';
import type { Environment } from '../config/expand.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { ConfigError, formatProblem } from '../config/problem.ts';
import { secretsOf } from '../config/secrets.ts';
import { printable } from '../lib/printable.ts';
import { createRedactor } from '../observe/redact.ts';
import { environmentDangers } from './environment-dangers.ts';

type Print = (line: string) => void;

/** `llm-proxy check`: says what is wrong with a config file, or what is in it; the exit code. */
export async function check(path: string | undefined, out: Print, err: Print, env: Environment): Promise<number> {
  const file = path ?? 'config.yaml';
  try {
    const loaded = await loadConfig(file, env);
    const mask = createRedactor(secretsOf(loaded.config));
    for (const warning of loaded.warnings) err(`warning: ${printable(mask(formatProblem(warning)))}`);
    const prompts = await readPrompts(loaded.config, resolve(dirname(file)), env);
    const warnings = [...prompts.warnings, ...environmentDangers(env)];
    for (const warning of warnings) err(`warning: ${printable(mask(warning))}`);
    out(summary(file, loaded, loaded.warnings.length + warnings.length));
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // Which values are secret is not known of a config that cannot be used; what looks like a key is.
    const mask = createRedactor([]);
    for (const problem of error.problems) err(printable(mask(formatProblem(problem))));
    return 1;
  }
}

/** `config.yaml is valid: 3 backends, 2 aliases, listen :8765` */
function summary(file: string, { config }: LoadedConfig, warnings: number): string {
  const facts = [
    count(config.backends, 'backend', 'backends'),
    count(Object.values(config.models), 'alias', 'aliases'),
    `listen ${config.listen}`,
  ];
  if (warnings > 0) facts.push(warnings === 1 ? '1 warning' : `${warnings} warnings`);
  return `${file} is valid: ${facts.join(', ')}`;
}

function count(things: { enabled: boolean }[], one: string, many: string): string {
  const disabled = things.filter((thing) => !thing.enabled).length;
  return `${things.length} ${things.length === 1 ? one : many}${disabled > 0 ? ` (${disabled} disabled)` : ''}`;
}
