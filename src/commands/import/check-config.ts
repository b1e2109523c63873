import { ConfigError, formatProblem } from '../../config/problem.ts';
import { parseConfig } from '../../config/load.ts';
import { parseVariables, variablesOf } from '../../lib/variables.ts';
import { configText, type ConfigValues } from './config-text.ts';

/**
 * What is wrong with a config, as `check` says it. What only the place where it will run has is taken to be there:
 * variables have a value that fits wherever they stand, and files of secrets are not opened.
 */
export function problemsOf(config: ConfigValues, source: string): string[] {
  const checked = withoutFiles(config);
  const text = configText(checked, source);
  try {
    parseConfig(text, { file: 'the result', env: valuesOf(checked) });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(formatProblem);
  }
}

/** What backends without credentials of their own find in the environment. */
const OF_THE_MACHINE = {
  AWS_ACCESS_KEY_ID: 'an-access-key',
  AWS_SECRET_ACCESS_KEY: 'its-secret',
  AWS_REGION: 'us-east-1',
};

/**
 * A different one for each variable that has no default: two keys that are the same are a mistake. Those of `url` are URLs,
 * the others do as a key and as a name.
 */
function valuesOf(config: ConfigValues): Record<string, string> {
  const values: Record<string, string> = { ...OF_THE_MACHINE };
  const take = (text: unknown, valueOf: (word: string) => string): void => {
    if (typeof text === 'object' && text !== null) for (const each of Object.values(text)) take(each, valueOf);
    if (typeof text !== 'string') return;
    for (const { name, fallback } of variablesOf(parseVariables(text, true)))
      if (fallback === undefined) values[name] = valueOf(name.toLowerCase().replaceAll('_', '-'));
  };
  take(config, (word) => `value-of-${word}`);
  for (const { url } of config.backends) take(url, (word) => `https://${word}.example`);
  return values;
}

function withoutFiles(config: ConfigValues): ConfigValues {
  const backends = config.backends.map((backend) => {
    const { credentials, ...rest } = backend;
    return credentials === undefined ? backend : { ...rest, api_key: 'a-token-of-this-account' };
  });
  return { ...config, backends };
}
