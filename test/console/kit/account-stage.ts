import { eventually } from '../../kit/settled.ts';
import { startDemoStage, type DemoStage } from './stage.ts';
import type { ViewOptions } from './browser.ts';
import { cookiesOf } from './signed-in.ts';

/** What opens everything. */
export const ADMIN = 'key-of-the-admin-1234-abc';
/** The key `robot` of the config, in the team `platform`. */
export const ROBOT = 'key-of-the-robot-1234-abc';

/** A gateway with teams and keys, and a browser's cookies as its admin. */
export interface AccountStage extends DemoStage {
  readonly cookies: NonNullable<ViewOptions['cookies']>;
  /** Calls the admin API as its admin. */
  admin(method: string, path: string, body?: object): Promise<unknown>;
  /** Waits until the ledger has so many requests. */
  hasRequests(count: number): Promise<void>;
}

/** Starts it: the teams `platform` and, below it, `search`; a budget of each kind. */
export async function startAccountStage(more: object = {}): Promise<AccountStage> {
  const stage = await startDemoStage({
    admin: { api_key: ADMIN },
    server: { failed_keys_per_minute: 100_000 },
    teams: [{ name: 'platform', rpm: 6000, budgets: [{ usd: 5, per: 'month' }] }],
    keys: [
      {
        name: 'robot',
        key: ROBOT,
        models: ['*'],
        team: 'platform',
        budgets: [{ requests: 4, per: 'day', mode: 'soft' }],
      },
    ],
    ...more,
  });
  const headers = { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' };
  const admin: AccountStage['admin'] = async (method, path, body) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(stage.url + path, { method, headers, keepalive: false, ...sent });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  return {
    ...stage,
    cookies: await cookiesOf(stage.url, ADMIN),
    admin,
    hasRequests: async (count) => {
      await eventually(async () => {
        const { data } = (await admin('GET', '/admin/requests?limit=1000')) as { readonly data: readonly unknown[] };
        return data.length >= count;
      });
    },
  };
}
