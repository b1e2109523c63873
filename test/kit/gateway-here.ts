import { App } from '../../src/app.ts';
import { RecordLog } from '../../src/commands/live/ask.ts';
import { configOf } from '../../src/config/schema.ts';
import { formatListen } from '../../src/config/listen.ts';
import type { ExchangeRecord } from '../../src/core/record.ts';
import { Host } from '../../src/server/host.ts';
import type { Snapshot } from '../../src/snapshot.ts';
import { eventually } from './settled.ts';

/** A gateway on a socket in the test's own process, for tests that add to it what the program does not have. */
export interface GatewayHere {
  readonly url: string;
  readonly app: App;
  /** What became of the request with this trace ID, once it is over. */
  recordOf(traceId: string): Promise<ExchangeRecord>;
  stop(): Promise<void>;
}

/** Starts it on a config without `listen`. `change`: what requests go by, instead of what the config comes to. */
export async function startGatewayHere(
  config: Parameters<typeof configOf>[0],
  change: (snapshot: Snapshot) => Snapshot = (snapshot) => snapshot,
): Promise<GatewayHere> {
  const parsed = configOf({ logging: { base_dir: '' }, ...config }, '127.0.0.1:0');
  const log = new RecordLog((text) => text);
  const app = await App.create(parsed, undefined, {}, log);
  app.gateway.use(change(app.gateway.snapshot));
  const host = new Host(app);
  await host.follow(parsed);
  if (host.address === undefined) throw new Error('the gateway listens nowhere');
  return {
    url: `http://${formatListen(host.address)}`,
    app,
    recordOf: (traceId) => eventually(() => log.recordOf(traceId)),
    async stop() {
      await host.stop(0);
      await app.close();
    },
  };
}
