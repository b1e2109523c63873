import { factsOf } from '../../vendors/models/facts.ts';
import type { RequestSize } from './request-size.ts';

/** Of a model of which nobody knows how much it writes at most (docs/budgets.md). */
export const UNKNOWN_MOST = 32_768;
/** No model is known to write more into one answer. */
const MOST = 128_000;

/** How many tokens of output a request may come to: as many as it allows, and no more than its model can write. */
export function mostWritten(
  model: string,
  { mostOutput, choices }: Pick<RequestSize, 'mostOutput' | 'choices'>,
): number {
  const known = factsOf(model).maxOutput;
  if (known === undefined && mostOutput !== Infinity) return Math.ceil(mostOutput);
  return Math.ceil(Math.min(mostOutput, Math.min(known ?? UNKNOWN_MOST, MOST) * choices));
}
