import { z } from 'zod';
import { gatewayKey, listenAddress } from './fields.ts';
import { adminSchema } from './sections/admin.ts';
import { backendSchema } from './sections/backends.ts';
import { alertsSchema, budgetsSchema } from './sections/budgets.ts';
import { concurrencySchema, healthCheckSchema, metricsSchema, rateLimitSchema } from './sections/limits.ts';
import { keysSchema } from './sections/keys.ts';
import { ledgerSchema } from './sections/ledger.ts';
import { loggingSchema } from './sections/logging.ts';
import { modelsSchema } from './sections/models.ts';
import { passthroughSchema } from './sections/passthrough.ts';
import { otelSchema } from './sections/otel.ts';
import { pricesSchema } from './sections/prices.ts';
import { detectionSchema, fallbackSchema, routingSchema, streamSchema } from './sections/routing.ts';
import { dataDirSchema, databaseSchema } from './sections/storage.ts';
import { nodeNameSchema } from './sections/node.ts';
import { teamsSchema } from './sections/teams.ts';
import { corsSchema, proxySchema, serverSchema } from './sections/server.ts';
import { timeoutSchema } from './sections/timeout.ts';

/** The one source of the config's type, defaults, validation, JSON Schema and documentation. */
export const configSchema = z.strictObject({
  listen: listenAddress()
    .optional()
    .describe(
      'Where the gateway listens: `:8765` (every interface), `127.0.0.1:8765`, `[::1]:8765` or `unix:/run/llm-proxy.sock`. Port 0 takes any free one. Without it: what the environment variable `LLM_PROXY_LISTEN` says, else `:8765` if there is a key (`proxy_api_key` or `keys`), else `127.0.0.1:8765`. The flags `--listen` and `--port` come before all of these.',
    ),
  proxy_api_key: gatewayKey()
    .optional()
    .describe(
      'The key that clients must show, of 8 characters at least; fewer than 12 are warned of. Without it everyone who reaches the gateway may use it.',
    ),
  keys: keysSchema,
  teams: teamsSchema,
  admin: adminSchema,
  server: serverSchema,
  cors: corsSchema,
  proxy: proxySchema,
  backends: z.array(backendSchema).default([]).describe('The providers behind the gateway.'),
  models: modelsSchema,
  prices: pricesSchema,
  passthrough: passthroughSchema,
  routing: routingSchema,
  fallback: fallbackSchema,
  detection: detectionSchema,
  timeout: timeoutSchema,
  stream: streamSchema,
  rate_limit: rateLimitSchema,
  budgets: budgetsSchema,
  alerts: alertsSchema,
  concurrency: concurrencySchema,
  health_check: healthCheckSchema,
  metrics: metricsSchema,
  ledger: ledgerSchema,
  logging: loggingSchema,
  otel: otelSchema,
  data_dir: dataDirSchema,
  database: databaseSchema,
  node_name: nodeNameSchema,
});

/**
 * A valid configuration, defaults filled in. Keys are those of the YAML file; every duration (`*_timeout`, `interval`,
 * `timeout`, `keepalive`, `watchdog`, `backoff_*`, `retry_after_max`) is a number of milliseconds.
 */
export type Config = Omit<z.output<typeof configSchema>, 'listen'> & {
  /** Where to listen, whatever decided it. */
  readonly listen: string;
  /** Nothing but the embedded demo is served, and what is kept is for this process alone. No file can say so. */
  readonly isDemo?: true;
};

/** The config of valid values, with the address to listen on. */
export function configOf(values: z.input<typeof configSchema>, listen: string): Config {
  return { ...configSchema.parse(values), listen };
}
