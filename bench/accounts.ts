// The part of llm-proxy's config for keys, teams, budgets and the ledger, as the benchmark compares them.
import { join } from 'node:path';

/** What counts and writes per request, on in none, in part or in full; the caller has a key of the list in the last two. */
export type Accounts = 'none' | 'unused' | 'all';

/** Their names in the tables. */
export const ACCOUNTS: Readonly<Record<Accounts, string>> = {
  none: 'llm-proxy',
  unused: 'llm-proxy, keys alone',
  all: 'llm-proxy, all accounts',
};

/** Limits that are never met: a request is held, priced, charged and written for all of them. */
export function accountsConfig(accounts: Accounts, dir: string, clientKey: string): string {
  if (accounts === 'none') return '';
  const data = `data_dir: ${JSON.stringify(join(dir, 'data'))}\n`;
  const key = `keys:\n  - {name: bench-caller, key: "${clientKey}", team: bench-team, models: ["*"]}\n`;
  if (accounts === 'unused') return `${data}${key}teams: [{name: bench-team}]\nledger: {enabled: false}\n`;
  return `${data}${key}teams:
  - {name: bench-team, tpm: 1000000000000, budgets: [{usd: 1000000, per: month}]}
prices:
  primary/bench-model: {input: 0.15, output: 0.6}
`;
}
