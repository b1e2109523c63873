import type { Reading } from './reading.ts';
import { numberOf, sectionOf, textOf, type Section } from './read-source.ts';

/** What to do about general settings that have no counterpart. */
const INSTEAD: Readonly<Record<string, string>> = {
  max_parallel_requests: 'a limit of each key: `max_concurrency` of keys',
  store_model_in_db: 'models stand in the config; it is read again when it changes',
  database_connection_pool_limit: 'not needed: a request waits for no database',
  proxy_batch_write_at: 'not needed: the ledger is written in batches',
  pass_through_endpoints: '`passthrough` passes the rest of the API of a backend through',
  alerting: '`alerts.webhook`, and the alerts for Prometheus in operations.md',
  alerting_threshold: '`alerts.webhook`, and the alerts for Prometheus in operations.md',
  custom_auth: 'keys and teams: keys.md',
  enable_jwt_auth: 'there is no JWT: keys.md',
  litellm_jwtauth: 'there is no JWT: keys.md',
  allowed_routes: '`endpoints` of keys',
  public_routes: '`metrics.public` for `/metrics`; health checks need no key',
  max_request_size_mb: '`server.max_body_mb`',
  health_check_interval: '`health_check.interval`',
  background_health_checks: '`health_check.enabled: true`',
  proxy_budget_rescheduler_min_time: 'not needed: a budget begins anew by the calendar',
  proxy_budget_rescheduler_max_time: 'not needed: a budget begins anew by the calendar',
};

/** Sections of who may come in, what is kept, and how much at once. */
export type General = Readonly<Record<'proxy_api_key' | 'admin' | 'data_dir' | 'concurrency', unknown>>;

const DATA_DIR = 'llm-proxy-data';

/** Reads `general_settings`. */
export function generalOf(config: Section, { notes, values }: Reading): General {
  const settings = sectionOf(config['general_settings']);
  const hasDatabase = textOf(settings['database_url']) !== undefined;
  const key = values.secret(settings['master_key'], 'general_settings.master_key', 'LITELLM_MASTER_KEY');
  if (hasDatabase)
    notes.nearly(
      'general_settings.database_url',
      `\`data_dir: ${DATA_DIR}\`, a file of its own: keys made by LiteLLM are kept as hashes and cannot be moved. For PostgreSQL set \`database\` to an empty database`,
    );
  if (key !== undefined && hasDatabase)
    notes.nearly(
      'general_settings.master_key',
      '`admin.api_key`: it makes keys, and asks for no models; make a key for whoever used it for that',
    );
  if (key !== undefined && !hasDatabase) notes.exactly('general_settings.master_key', '`proxy_api_key`');
  if (key === undefined)
    notes.nearly(
      'general_settings.master_key',
      'none is set: the gateway listens on this machine only until it has a key',
    );
  const atOnce = numberOf(settings['global_max_parallel_requests']);
  if (atOnce !== undefined)
    notes.nearly('general_settings.global_max_parallel_requests', '`concurrency.max_requests`: more requests wait');
  for (const [name, value] of Object.entries(settings)) {
    if (DONE.has(name) || value === false || value === null) continue;
    notes.not(
      `general_settings.${name}`,
      INSTEAD[name] ?? 'has no counterpart: leave it out, or say in an issue what for',
    );
  }
  return {
    proxy_api_key: hasDatabase ? undefined : key,
    admin: hasDatabase && key !== undefined ? { api_key: key } : undefined,
    data_dir: hasDatabase ? DATA_DIR : undefined,
    concurrency: atOnce === undefined ? undefined : { enabled: true, max_requests: Math.ceil(atOnce) },
  };
}

const DONE = new Set(['master_key', 'database_url', 'global_max_parallel_requests', 'store_prompts_in_spend_logs']);

/** Whether prompts and answers are kept beside what they cost. */
export function keepsBodies(config: Section, { notes }: Pick<Reading, 'notes'>): boolean {
  const settings = sectionOf(config['general_settings']);
  if (settings['store_prompts_in_spend_logs'] !== true) return false;
  const keeps = textOf(settings['database_url']) !== undefined;
  const what = '`log_bodies: all` of every model: whole bodies, apart from the rows and for `ledger.keep_bodies_days`';
  if (keeps) notes.nearly('general_settings.store_prompts_in_spend_logs', what);
  else
    notes.not(
      'general_settings.store_prompts_in_spend_logs',
      'there is no database to keep them in: set `data_dir`, and `log_bodies: all` of models',
    );
  return keeps;
}
