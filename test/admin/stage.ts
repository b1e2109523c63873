import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type StorePlace } from '../../src/storage/open-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import type { Postgres } from '../kit/postgres.ts';
import type { Upstream } from '../kit/upstream.ts';
import { adminClient } from './admin-client.ts';

/** The admin key of every stage. */
export const ADMIN = 'key-of-the-admin-1234-abc';

/** A gateway on a database of its own. */
export interface Stage {
  readonly gateway: Gateway;
  readonly dataDir: string;
  /** Asks the admin API as whoever runs the gateway. */
  readonly admin: ReturnType<typeof adminClient>;
  /** The same with another key. */
  as(key: string | undefined): ReturnType<typeof adminClient>;
  /** Asks for a model with a key: `ok`, or status and code. */
  chat(key: string, model?: string, trace?: string): Promise<string>;
  /** The database, from beside the gateway. */
  store(): Promise<Store>;
  stop(): Promise<void>;
}

/** Starts it; on PostgreSQL where a server is given, else on SQLite. */
export async function startStage(
  upstream: Upstream,
  postgres: Postgres | undefined,
  more: object = {},
): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-admin-'));
  const dataDir = join(dir, 'data');
  const database = await postgres?.createDatabase();
  const gateway = await startGateway({
    config: {
      data_dir: dataDir,
      ...(database === undefined ? {} : { database }),
      node_name: 'here',
      admin: { api_key: ADMIN },
      server: { failed_keys_per_minute: 100_000 },
      backends: [{ name: 'one', url: upstream.url }],
      models: {
        mine: { routes: [{ backend: 'one', model: 'm' }] },
        free: { routes: [{ backend: 'one', model: 'f' }] },
      },
      prices: { 'one/m': { input: 1, output: '2.5' } },
      fallback: { cooldown_seconds: 0, max_retries: 0 },
      ...more,
    },
  });
  const place: StorePlace =
    database === undefined
      ? { kind: 'sqlite', file: join(dataDir, 'llm-proxy.db') }
      : { kind: 'postgres', url: database };
  return {
    gateway,
    dataDir,
    admin: adminClient(gateway.url, ADMIN),
    as: (key) => adminClient(gateway.url, key),
    async chat(key, model = 'mine', trace) {
      const answer = await send(`${gateway.url}/v1/chat/completions`, {
        headers: { authorization: `Bearer ${key}`, ...(trace === undefined ? {} : { 'x-trace-id': trace }) },
        body: { model, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5 },
      });
      const { text } = await answer.whole();
      return answer.status === 200 ? 'ok' : `${answer.status} ${/"code":"(\w+)"/.exec(text)?.[1]}`;
    },
    store: () => openStore(place),
    async stop() {
      await gateway.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
