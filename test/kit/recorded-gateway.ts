import { App } from '../../src/app.ts';
import { configOf } from '../../src/config/schema.ts';
import type { ExchangeRecord } from '../../src/core/record.ts';
import { Host } from '../../src/server/host.ts';

/** A gateway in the test's own process, for what its sinks are told and nobody else. */
export interface RecordedGateway {
  /** `http://127.0.0.1:PORT`, without `/v1`. */
  readonly url: string;
  /** The records so far, oldest first. */
  readonly records: readonly ExchangeRecord[];
  stop(): Promise<void>;
}

/** Starts it at a free port, without a log. */
export async function startRecordedGateway(config: object): Promise<RecordedGateway> {
  const app = await App.create(
    configOf({ logging: { base_dir: '', console_level: 'error' }, ...config }, '127.0.0.1:0'),
    undefined,
    {},
  );
  const records: ExchangeRecord[] = [];
  const { metrics } = app;
  const count = metrics.record.bind(metrics);
  metrics.record = (record) => {
    records.push(record);
    count(record);
  };
  const host = new Host(app);
  await host.follow(app.config);
  const { address } = host;
  if (address === undefined || !('port' in address)) throw new Error('the gateway has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    records,
    stop: async () => {
      await host.stop(1000);
      await app.close();
    },
  };
}
