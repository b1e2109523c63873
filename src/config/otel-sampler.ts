import type { TraceSampler } from '../core/trace-settings.ts';
import { valueIn, type Environment } from '../lib/environment.ts';

const NAME = 'OTEL_TRACES_SAMPLER';
const ARGUMENT = 'OTEL_TRACES_SAMPLER_ARG';

/** The samplers of OpenTelemetry by name. An undefined ratio is the argument's. */
const SAMPLERS: Readonly<Record<string, { readonly ratio: number | undefined; readonly asksParent: boolean }>> = {
  always_on: { ratio: 1, asksParent: false },
  always_off: { ratio: 0, asksParent: false },
  traceidratio: { ratio: undefined, asksParent: false },
  parentbased_always_on: { ratio: 1, asksParent: true },
  parentbased_always_off: { ratio: 0, asksParent: true },
  parentbased_traceidratio: { ratio: undefined, asksParent: true },
};

/** The sampler that the config (`sample`) or the environment names; without either all is kept that a caller does not say no to. */
export function samplerOf(
  sample: number | undefined,
  env: Environment,
  note: (variable: string, cause: string) => void,
): TraceSampler {
  if (sample !== undefined) return { ratio: sample, asksParent: true };
  const name = valueIn(env, NAME) ?? '';
  if (name === '') return { ratio: 1, asksParent: true };
  const found = Object.hasOwn(SAMPLERS, name) ? SAMPLERS[name] : undefined;
  if (found === undefined) {
    note(NAME, `there is none of this name (${Object.keys(SAMPLERS).join(', ')})`);
    return { ratio: 1, asksParent: true };
  }
  return { ratio: found.ratio ?? argument(env, note), asksParent: found.asksParent };
}

function argument(env: Environment, note: (variable: string, cause: string) => void): number {
  const value = valueIn(env, ARGUMENT) ?? '';
  const ratio = value === '' ? 1 : Number(value);
  if (ratio >= 0 && ratio <= 1) return ratio;
  note(ARGUMENT, 'it is no number from 0 to 1');
  return 1;
}
