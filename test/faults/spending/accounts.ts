// Books of what was spent, kept by the test from what it asked and what its backends gave, and held against the gateway's.
import type { Json } from '../../kit/json.ts';
import { INPUT, LIE, type Call } from './backend.ts';
import { RATES, type DrawnBudget } from './config.ts';
import type { Plan } from './plan.ts';

/** A word is a token; an event that holds more than a step, and texts around it, are far less than this. */
const STEP = 256 + 64;

/** What one exchange may take beyond what is left of a budget (docs/budgets.md): a step of each of its streams, or a plain answer whole. */
export function excessOf({ stream, words }: Plan, calls: readonly Call[], unit: DrawnBudget['unit']): number {
  if (unit === 'requests') return 0;
  let sum = 0;
  for (const { backend, fate } of calls) {
    const { input, output } = unit === 'usd' ? (RATES[backend] ?? { input: 0, output: 0 }) : { input: 1, output: 1 };
    const times = fate === 'lies' ? LIE : 1;
    const tokens = stream && fate !== 'lies' ? STEP : words * times;
    sum += tokens * output + INPUT * times * input;
  }
  return sum;
}

/** The most that may be charged to a budget when so many were under way at once, each with such an excess. */
export function boundOf(limit: number, excesses: readonly number[], atOnce: number): bigint {
  const most = excesses.toSorted((a, b) => b - a).slice(0, atOnce);
  return BigInt(Math.ceil(limit + most.reduce((sum, each) => sum + each, 0)));
}

/** What is wrong with a row of an exchange of which all is known: a call that was answered in full, and read in full. */
export function wrongIn(row: Json, { n, words }: Plan, calls: readonly Call[]): string[] {
  const last = calls.at(-1);
  const served = row.tries.at(-1);
  if (last === undefined || served === undefined) return [`${n}: no attempt`];
  // Of two that were asked at once, either may have served.
  const isHedged = row.tries.some(({ hedge }: Json) => hedge !== null);
  if (served.failure !== null || isHedged || row.tries.length !== calls.length) return [];
  const times = last.fate === 'lies' ? LIE : 1;
  const wrong: string[] = [];
  const same = (what: string, is: unknown, should: unknown): void => {
    if (JSON.stringify(is) !== JSON.stringify(should))
      wrong.push(`${n}: ${what} is ${JSON.stringify(is)}, not ${JSON.stringify(should)}`);
  };
  same('backend', served.backend, last.backend);
  if (last.fate === 'no usage') {
    same('estimated', served.usage?.estimated, true);
    return wrong;
  }
  const [input, output] = [INPUT * times, words * times];
  const { estimated, ...classes } = served.usage ?? {};
  same('usage', classes, { input, output });
  same('estimated', estimated, false);
  const rates = RATES[last.backend] ?? { input: 0, output: 0 };
  same('cost', nanoOf(served.cost_usd), input * rates.input + output * rates.output);
  return wrong;
}

/** Decimal USD as nano-USD. */
export function nanoOf(usd: string | null): number | undefined {
  return usd === null ? undefined : Math.round(Number(usd) * 1e9);
}
