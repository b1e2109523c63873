import type { Team } from '../../lib/accounts.ts';
import { compactText } from '../../lib/format.ts';
import { words as accounts } from '../../words/accounts.ts';

/** The limits that a team has of its own, in short; undefined: none. */
export function limitsText({ rps, rpm, tpm, max_concurrency: concurrency }: Team): string | undefined {
  const w = accounts.value;
  const parts = [
    [rps, w.rps],
    [rpm, w.rpm],
    [tpm, w.tpm],
    [concurrency, w.maxConcurrency],
  ] as const;
  const texts = parts.flatMap(([value, name]) => (value === undefined ? [] : [`${name}: ${compactText(value)}`]));
  return texts.length === 0 ? undefined : texts.join(', ');
}
