import { windowAt } from '../../admission/budget/windows.ts';
import type { Context } from '../../context.ts';
import type { DimensionFilter } from '../../storage/ledger-query.ts';
import { asString } from '../../lib/json.ts';
import { spendWindowOf } from './budget-fields.ts';

const NANO = 1e9;

/** A sum of money as LiteLLM tells it: USD as a number, which is as exact as JSON's numbers are. */
export function usdNumber(nanoUsd: bigint | number): number {
  return Number(nanoUsd) / NANO;
}

/** What a key or a team has spent: in the window of its budget, or since it was made. 0 where there is no ledger. */
export async function spendOf(
  view: Readonly<Record<string, unknown>>,
  filter: DimensionFilter,
  { openStore, clock }: Context,
): Promise<number> {
  const store = await openStore();
  if (store === undefined) return 0;
  const now = clock.wallNow();
  const per = asString(spendWindowOf(view['budgets'])?.['per']);
  const made = Date.parse(asString(view['created_at']) ?? '') || 0;
  const window = per === undefined || per === 'total' ? undefined : windowAt(ruleOf(per), now);
  const from = window?.start ?? Math.floor(made / HOUR_MS) * HOUR_MS;
  const { total } = await store.ledger.usage({ ...filter, from, to: now + HOUR_MS, limit: 1 });
  return usdNumber(total.nanoUsd);
}

const HOUR_MS = 3_600_000;

function ruleOf(per: string) {
  return { per: per as 'hour' | 'day' | 'week' | 'month', zone: 'UTC', weekStarts: 'monday' } as const;
}
