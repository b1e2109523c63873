import type { z } from 'zod';
import type { budgetSchema } from '../../src/admin/budget-json.ts';
import type { keySchema } from '../../src/admin/key-operations.ts';
import type { teamSchema } from '../../src/admin/team-operations.ts';
import { get, type Answer, type Query } from './api.ts';
import { role, session } from './session.ts';

export type Key = z.output<typeof keySchema>;
export type Team = z.output<typeof teamSchema>;
export type Budget = z.output<typeof budgetSchema>;

/** What a caller knows of itself. */
export interface Me {
  readonly caller: string;
  readonly team: string | null;
  readonly owner: string | null;
  readonly client_ip: string;
  readonly key: Key | null;
  readonly budgets: readonly Budget[];
}

/** So many rows a page of a list may have. */
const PAGE = 1000;
/** More than anybody reads; it ends what would not end. */
const MOST_PAGES = 20;

/** All rows of a list of the admin API, page by page. */
export async function getAll<Row>(
  path: string,
  signal: AbortSignal,
  query: Query = {},
): Promise<Answer<readonly Row[]>> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await get<{ readonly data: readonly Row[]; readonly next: string | null }>(path, {
      query: { ...query, limit: PAGE, cursor },
      signal,
    });
    if (!answer.ok) return answer;
    rows.push(...answer.value.data);
    if (answer.value.next === null) break;
    cursor = answer.value.next;
  }
  return { ok: true, value: rows };
}

/** Whether who is signed in may change keys and teams. The gateway decides; this hides what it would refuse. */
export function mayManage(): boolean {
  return (role.value === 'admin' || role.value === 'team_admin') && session.value?.read_only !== true;
}

/** How much of a budget is used, from 0 on; above 1 where more was spent than there is. What is held counts. */
export function usedShare({ limit, spent, held }: Budget): number {
  const used = Number(spent) + Number(held);
  if (Number(limit) === 0) return 1;
  return used / Number(limit);
}

/** How a budget stands. */
export type BudgetState = 'over' | 'near' | 'within';

/** From here on a budget is nearly used up. */
const NEAR = 0.8;

/** How a budget stands, by what is spent and held of it. */
export function budgetState(budget: Budget): BudgetState {
  const share = usedShare(budget);
  return share >= 1 ? 'over' : share >= NEAR ? 'near' : 'within';
}

/** The owner of a key's budgets, as the list of budgets has it. */
export function keyOwnerOf({ id, source, name, team }: Key): string {
  if (source === 'store') return `key:${id}`;
  return `key:${team === undefined ? name : `${team}/${name}`}`;
}

/** Finds what has no team, say: two empty values, for an empty field of an address does not count. */
export const WITHOUT = ',';

/** Headers that make a change count only for the version that was seen. */
export function ifMatch(version: number | undefined): Readonly<Record<string, string>> {
  return version === undefined ? {} : { 'if-match': `"${version}"` };
}
