import { dirname, resolve } from 'node:path';

import { ConfigError } from './config/problem.ts';
import type { Config } from './config/schema.ts';
import type { Environment } from './lib/environment.ts';
import { loadPrompts } from './prompts/load.ts';
import type { PromptSet } from './prompts/prompt-set.ts';
import { unmatchedModels } from './prompts/unmatched.ts';

/** Prompt files are part of the config: an error in one is an error of the config. */
export async function readPrompts(
  config: Config,
  configDir: string,
  env: Environment,
): Promise<{ prompts: PromptSet | undefined; warnings: string[] }> {
  if (!config.proxy.enable_system_prompt) return { prompts: undefined, warnings: [] };
  const dir = resolve(configDir, config.proxy.system_prompt_dir);
  const { prompts, problems } = await loadPrompts({ dir, configDir, env, variables: config.proxy.prompt_variables });
  const errors = problems.filter(({ level }) => level === 'error');
  if (errors.length > 0) {
    throw new ConfigError(
      errors.map(({ file, line = 0, column = 0, message }) => ({ file, line, column, path: '', message })),
      [],
      config.logging.console_format === 'json',
    );
  }
  const ofFiles = problems.map(({ file, message }) => `system prompt ${file}: ${message}`);
  return { prompts, warnings: [...ofFiles, ...unmatchedModels(prompts, Object.keys(config.models))] };
}

/** What prompts are read from with the `config` of `file`, to be watched; absolute. */
export function promptPaths({ proxy }: Config, file: string): readonly string[] {
  const { enable_system_prompt: isOn, system_prompt_dir: dir } = proxy;
  const configDir = resolve(dirname(file));
  return isOn ? [resolve(configDir, dir), resolve(configDir, 'system_prompt.md')] : [];
}
