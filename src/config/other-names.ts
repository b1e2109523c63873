/** What people who come from other programs call a key, by the name that it has here. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  listen: ['port', 'host', 'bind', 'address'],
  url: ['base_url', 'baseURL', 'baseUrl', 'api_base', 'endpoint'],
  api_key: ['key', 'token', 'apiKey', 'secret'],
  proxy_api_key: ['master_key', 'api_key', 'auth_token'],
  vendor: ['provider', 'type'],
  protocol: ['dialect', 'api_type', 'format'],
  backends: ['providers', 'upstreams', 'endpoints', 'deployments', 'channels'],
  models: ['aliases', 'routes', 'virtual_models'],
  keys: ['virtual_keys', 'consumers', 'api_keys', 'tokens'],
  max_concurrency: ['max_parallel_requests'],
  routes: ['targets', 'backends', 'upstreams', 'providers'],
  logging: ['log', 'logs'],
};

const MEANT = new Map<string, readonly string[]>();
for (const [here, names] of Object.entries(NAMES))
  for (const name of names) MEANT.set(name, [...(MEANT.get(name) ?? []), here]);

/** The known key that other programs call `name`. */
export function nameHere(name: string, known: readonly string[]): string | undefined {
  return MEANT.get(name)?.find((here) => known.includes(here));
}

/** The key at the top of the config that other programs call `name`, where none stands beside it. */
export function topLevelName(name: string, top: readonly string[]): string | undefined {
  return name === 'host' || name === 'port' || name === 'bind' ? nameHere(name, top) : undefined;
}
