import { App } from '../../src/app.ts';
import { RecordLog } from '../../src/commands/live/ask.ts';
import { configOf } from '../../src/config/schema.ts';
import { formatListen } from '../../src/config/listen.ts';
import type { ExchangeRecord } from '../../src/core/record.ts';
import type { Handler } from '../../src/core/endpoint-row.ts';
import type { Endpoint } from '../../src/core/exchange.ts';
import type { Feature, FeatureTools } from '../../src/feature.ts';
import { createFeatures } from '../../src/features.ts';
import { Gateway } from '../../src/gateway.ts';
import { HANDLERS, type EndpointHandler } from '../../src/handlers.ts';
import { matchEndpoint } from '../../src/server/endpoints.ts';
import { Host } from '../../src/server/host.ts';
import type { ServingLink } from '../../src/serving/serving-link.ts';
import { eventually } from './settled.ts';

/** A gateway on a socket in the test's own process, for tests that add to it what the program does not have. */
export interface GatewayHere {
  readonly url: string;
  readonly app: App;
  /** What became of the request with this trace ID, once it is over. */
  recordOf(traceId: string): Promise<ExchangeRecord>;
  stop(): Promise<void>;
}

/** What a test adds to the program. */
export interface Added {
  /** Each as a feature of its own. */
  readonly links?: readonly ServingLink[];
  /** In place of those of these names. */
  readonly handlers?: Readonly<Partial<Record<Handler, EndpointHandler>>>;
  /** Endpoints by their whole path, in front of the table. */
  readonly endpoints?: Readonly<Record<string, Endpoint>>;
}

/** Starts it on a config without `listen`. */
export async function startGatewayHere(
  config: Parameters<typeof configOf>[0],
  { links = [], handlers = {}, endpoints = {} }: Added,
): Promise<GatewayHere> {
  const parsed = configOf({ logging: { base_dir: '' }, ...config }, '127.0.0.1:0');
  const log = new RecordLog((text) => text);
  const app = await App.create(parsed, undefined, {}, { log, features: (tools) => withLinks(links, tools) });
  const { snapshot, tools } = app.gateway;
  Object.assign(app, { gateway: new Gateway(snapshot, tools, { ...HANDLERS, ...handlers }) });
  const host = new Host(app, (request, path, query) => {
    const endpoint = endpoints[path];
    return endpoint === undefined ? matchEndpoint(request, path, query) : { protocol: endpoint.protocol, endpoint };
  });
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

function withLinks(links: readonly ServingLink[], tools: FeatureTools): readonly Feature[] {
  const added = links.map((link) => ({ name: link.name, link, isOn: () => true, configure: () => undefined }));
  return [...createFeatures(tools), ...added];
}
