import { windowAt } from '../../admission/budget/windows.ts';
import type { KeyView } from '../../admission/keys/key-view.ts';
import type { Context } from '../../context.ts';
import type { KeyFilter, UsageQuery } from '../../storage/ledger-query.ts';
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
  filter: Pick<UsageQuery, 'key' | 'caller' | 'team'>,
  { openStore, clock }: Context,
): Promise<number> {
  const store = await openStore();
  if (store === undefined) return 0;
  const now = clock.wallNow();
  const per = asString(spendWindowOf(view['budgets'])?.['per']);
  const made = Date.parse(asString(view['created_at']) ?? '') || 0;
  const window = per === undefined || per === 'total' ? undefined : windowAt(ruleOf(per), now);
  const { total } = await store.ledger.usage({ ...filter, from: window?.start ?? made, to: now + HOUR_MS, limit: 1 });
  return usdNumber(total.nanoUsd);
}

/** Whose usage that of a key is: its own if it was made at run time, else that of its name. */
export function usageOfKey(view: KeyView): { readonly key: KeyFilter } | Pick<UsageQuery, 'caller' | 'team'> {
  const { id, name, source } = view;
  const team = asString(view['team']);
  if (source === 'config') return { caller: [name], team: [team ?? null] };
  return { key: { id, name, team, createdAt: Date.parse(asString(view['created_at']) ?? '') || 0 } };
}

const HOUR_MS = 3_600_000;

function ruleOf(per: string) {
  return { per: per as 'hour' | 'day' | 'week' | 'month', zone: 'UTC', weekStarts: 'monday' } as const;
}
