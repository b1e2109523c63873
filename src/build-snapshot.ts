import type { LiveBackends } from './upstream/backends.ts';
import { resolveBackend } from './upstream/resolve.ts';
import type { TransportPlan } from './upstream/transports/transport.ts';
import { digestOf } from './config/caller-keys.ts';
import { keySpecOf, teamSpecOf } from './config/made-access.ts';
import { hasKey } from './config/listen-choice.ts';
import { ownHosts } from './config/own-hosts.ts';
import { signInSettings } from './config/sign-in-settings.ts';
import type { Config } from './config/schema.ts';
import { otelSettings } from './config/otel-settings.ts';
import { defined, offAsInfinity, resolveTimeouts } from './config/timeouts.ts';
import { hasStore } from './config/store-place.ts';
import { secretsKeptFromClients } from './config/secrets.ts';
import { parseStatusRanges } from './config/status-ranges.ts';
import type { DetectionRules } from './core/classify.ts';
import { gatewaySecret } from './core/gateway-secret.ts';
import type { Alias, Backend, Route } from './core/route.ts';
import { routeKey } from './core/route.ts';
import { IdSeal } from './core/sealed-id.ts';
import { Scrubber } from './core/scrubber.ts';
import { AddressList } from './lib/address-list.ts';
import type { Environment } from './lib/environment.ts';
import { KeyCheck } from './admission/auth.ts';
import type { CallerKey } from './admission/caller-key.ts';
import { CallerAccess } from './admission/keys/caller-access.ts';
import { callerOf } from './admission/keys/caller-of.ts';
import { AdminKey } from './admission/admin-key.ts';
import { OpenCallers } from './admission/open-callers.ts';
import { attempts } from './serving/dispatch.ts';
import type { ServingLink } from './serving/serving-link.ts';
import type { Policy } from './admission/policy.ts';
import { Cors } from './admission/cors.ts';
import { WebPages } from './admission/web-pages.ts';
import { bookOf } from './pricing/book-of.ts';
import { builtInTable, type PriceTable } from './pricing/price-table.ts';
import type { PromptSet } from './prompts/prompt-set.ts';
import { Tracing } from './records/traces/tracing.ts';
import type { RetryRules, Snapshot } from './snapshot.ts';

/** What a snapshot is built with besides its config. */
export interface SnapshotSources {
  /** What outlives it. */
  readonly live: LiveBackends;
  readonly env: Environment;
  readonly prompts: PromptSet | undefined;
  /** Those that the config turns on, in their order. */
  readonly policies: readonly Policy[];
  /** Those that the config turns on, in their order. The attempts come behind them. */
  readonly links?: readonly ServingLink[];
  /** Keys and teams that outlive it; without it, there are those of the config alone. */
  readonly access?: CallerAccess;
  /** What models cost; without it, the built-in table says so. */
  readonly priceTable?: () => PriceTable;
}

/** Builds the snapshot of a validated config. */
export function buildSnapshot(config: Config, sources: SnapshotSources): Snapshot {
  const { live, env, prompts, policies, links = [], access = ownAccess(config) } = sources;
  const backends = new Map(
    config.backends
      .filter(({ enabled }) => enabled)
      .map((backend) => [backend.name, buildBackend(backend, config, { live, env })]),
  );
  const aliases = new Map(
    Object.entries(config.models)
      .filter(([, { enabled }]) => enabled)
      .map(([name]) => [name, buildAlias(name, config, backends, live)]),
  );
  const cors = config.cors.origins.length === 0 ? undefined : new Cors(config.cors.origins);
  return {
    backends,
    aliases,
    wildcards: [...aliases.values()]
      .filter(({ prefix }) => prefix !== undefined)
      .sort((a, b) => b.name.length - a.name.length),
    listed: listedNames(config),
    fallbacks: new Map(Object.entries(config.fallback.alias_fallback)),
    defaultAlias: config.routing.default_alias,
    passthrough: Object.values(config.passthrough).some((name) => name !== undefined) ? config.passthrough : undefined,
    retry: retryRules(config.fallback),
    detection: detectionRules(config.detection),
    prompts,
    prices: bookOf(config, sources.priceTable ?? builtInTable),
    trustedProxies: new AddressList(config.proxy.trusted_proxies),
    forwardsClientIp: config.proxy.forward_client_ip,
    logsBodies: config.logging.debug_mode,
    mostBodyBytes: config.ledger.enabled && hasStore(config) ? config.ledger.max_body_kb * 1024 : undefined,
    tracing: tracingOf(config, env),
    ...endpointsOf(config),
    keyCheck: keyCheckOf(config, access),
    adminKey: adminKeyOf(config),
    openCallers: openCallersOf(config, access),
    hasManyCallers: hasManyCallers(config),
    seal: sealOf(config),
    scrubber: scrubberOf(config, env, backends),
    cors,
    webPages: hasKey(config) ? undefined : new WebPages(ownHosts(config), cors),
    consolePages: config.admin.listen === undefined ? undefined : new WebPages(ownHosts(config), cors, 'console'),
    signIn: signInSettings(config),
    maxBodyBytes: config.server.max_body_mb * 1024 * 1024,
    work: {
      nesting: config.server.max_nesting,
      values: config.server.max_values,
      units: config.server.max_body_mb * 1024 * 1024,
    },
    policies,
    // Without links nothing is answered before the backends, and all are met at once.
    policiesAtEntry: links.length === 0 ? policies : policies.filter((policy) => policy.isForBackends !== true),
    policiesForBackends: links.length === 0 ? [] : policies.filter((policy) => policy.isForBackends === true),
    links: [...links, attempts],
    hopMark: live.hopMark,
    keepAliveMs: offAsInfinity(config.stream.keepalive),
    timeouts: resolveTimeouts(config.timeout),
    totalMs: offAsInfinity(config.timeout.total_timeout),
  };
}

function tracingOf(config: Config, env: Environment): Tracing | undefined {
  const { settings } = otelSettings(config.otel, env);
  return settings && new Tracing(settings);
}

function endpointsOf({ metrics, admin }: Config): Pick<Snapshot, 'metricsEndpoint' | 'servesConsole'> {
  const isBesideApi = metrics.enabled && metrics.listen === undefined;
  return { metricsEndpoint: { isBesideApi, isPublic: metrics.public }, servesConsole: admin.console.enabled };
}

function detectionRules({ error_codes: codes, error_patterns: patterns }: Config['detection']): DetectionRules {
  return {
    statuses: parseStatusRanges(codes),
    patterns: patterns.map((pattern) =>
      typeof pattern === 'string'
        ? { match: pattern.toLowerCase(), as: undefined }
        : { match: pattern.match.toLowerCase(), as: pattern.as },
    ),
  };
}

function retryRules(fallback: Config['fallback']): RetryRules {
  const { cooldown_seconds: cooldownSeconds } = fallback;
  return {
    maxRetries: fallback.max_retries,
    backoffInitialMs: fallback.backoff_initial,
    backoffMaxMs: fallback.backoff_max,
    retryAfterMaxMs: fallback.retry_after_max,
    cooldownMs: cooldownSeconds === 0 ? undefined : cooldownSeconds * 1000,
    triesCooling: fallback.when_all_cooling === 'try',
  };
}

function listedNames({ models }: Config): string[] {
  const names = Object.entries(models).flatMap(([name, { enabled, list = [] }]) =>
    enabled ? (name.endsWith('*') ? list : [name]) : [],
  );
  return [...new Set(names)];
}

/** A list of keys, even an empty one, closes the gateway to everyone who has none. */
function keyCheckOf(config: Config, access: CallerAccess): KeyCheck | undefined {
  if (!hasKey(config)) return undefined;
  const { proxy_api_key: own, keys = [] } = config;
  const known = keys.flatMap((key): CallerKey[] => {
    const spec = keySpecOf(key);
    const { enabled, expiresAt = Infinity } = spec;
    const caller = callerOf(spec, access.teams);
    const current: CallerKey = { digest: digestOf(key) ?? '', caller, enabled, expiresAt, previousUntil: undefined };
    return key.previous === undefined ? [current] : [current, { ...current, ...previousOf(key.previous) }];
  });
  return new KeyCheck(own, known, access);
}

/** A demo needs no key, but knows those that are made while it runs. */
function openCallersOf(config: Config, access: CallerAccess): OpenCallers {
  const known = config.isDemo === true ? new KeyCheck(undefined, [], access) : undefined;
  return new OpenCallers(gatewaySecret(config.server.secret, 'callers'), known);
}

function ownAccess({ keys = [], teams = [] }: Config): CallerAccess {
  const access = new CallerAccess();
  access.configure(keys.map(keySpecOf), teams.map(teamSpecOf));
  return access;
}

function adminKeyOf({ admin: { api_key: key, previous } }: Config): AdminKey | undefined {
  if (key === undefined) return undefined;
  return new AdminKey(key, previous && previousOf(previous));
}

type PreviousKey = NonNullable<Config['admin']['previous']>;

/** What tells the key from before a rotation from the one that has replaced it. */
function previousOf({ until, ...key }: PreviousKey): Pick<CallerKey, 'digest' | 'previousUntil'> {
  return { digest: digestOf(key) ?? '', previousUntil: Date.parse(until) };
}

/** There are keys that tell callers apart, or some can be made at any time. */
function hasManyCallers(config: Config): boolean {
  return config.keys !== undefined || (hasStore(config) && hasKey(config));
}

function sealOf(config: Config): IdSeal | undefined {
  const { secret } = config.server;
  return !hasManyCallers(config) && secret === undefined ? undefined : new IdSeal(gatewaySecret(secret, 'ids'));
}

function scrubberOf(config: Config, env: Environment, backends: ReadonlyMap<string, Backend>): Scrubber | undefined {
  const secrets = secretsKeptFromClients(config, env);
  const sources = Array.from(backends.values(), (backend) => backend.secrets).filter((source) => source !== undefined);
  return secrets.length + sources.length === 0 ? undefined : new Scrubber(secrets, sources);
}

function buildBackend(
  config: Config['backends'][number],
  { passthrough }: Config,
  { live, env }: Pick<SnapshotSources, 'live' | 'env'>,
): Backend {
  const { name, headers = {} } = config;
  const { plan, mayBeGateway, ...resolved } = resolveBackend(config, env);
  return {
    name,
    ...resolved,
    hopMark: mayBeGateway ? live.hopMark : undefined,
    headers: lowerCased(headers),
    live: live.backend(name),
    ...live.transport(name, plan, env),
    media: Object.values(passthrough).includes(name) ? mediaOf(name, plan, { live, env }) : undefined,
  };
}

/** Google's uploads and downloads are beside the versions of its API, not below one. */
function mediaOf(
  name: string,
  plan: TransportPlan,
  { live, env }: Pick<SnapshotSources, 'live' | 'env'>,
): NonNullable<Backend['media']> {
  const { origin, pathname } = new URL(plan.url);
  const way = (root: string) => live.transport(name, { ...plan, url: `${origin}/${root}${pathname}` }, env, root).send;
  return { upload: way('upload'), download: way('download') };
}

function buildAlias(name: string, config: Config, backends: ReadonlyMap<string, Backend>, live: LiveBackends): Alias {
  const model = config.models[name];
  if (model === undefined) throw new Error(`no alias ${name}`);
  const tiers: Route[][] = [];
  const alias: Alias = {
    name,
    prefix: name.endsWith('*') ? name.slice(0, -1) : undefined,
    balance: model.balance ?? config.routing.balance,
    tiers,
    totalMs: model.timeout?.total_timeout === undefined ? undefined : offAsInfinity(model.timeout.total_timeout),
    roundRobinCounts: live.roundRobinCounts(name),
    hedge: model.hedge && { after: model.hedge.after, atMost: model.hedge.at_most, live: live.hedge(name) },
    commit: model.commit === 'first_content' ? undefined : model.commit,
    logBodies: model.log_bodies,
    disabled: disabledOf(model, backends),
  };
  const byPriority = new Map<number, Route[]>();
  for (const { backend: backendName, model: modelName, priority, weight, enabled } of model.routes) {
    const backend = backends.get(backendName);
    if (!enabled || backend === undefined) continue;
    const key = routeKey(backendName, modelName);
    const backendConfig = config.backends.find((candidate) => candidate.name === backendName);
    const timeouts = resolveTimeouts({
      ...config.timeout,
      ...defined(backendConfig?.timeout),
      ...defined({ ...model.timeout, total_timeout: undefined }),
    });
    const modelLive = backend.live.remember(backend.live.model(modelName, modelName));
    const route: Route = {
      alias,
      backend,
      model: modelName,
      modelLabel: modelName,
      priority,
      weight,
      key,
      timeouts,
      latency: modelLive,
      live: modelLive,
    };
    const tier = byPriority.get(priority);
    if (tier === undefined) byPriority.set(priority, [route]);
    else tier.push(route);
  }
  tiers.push(...[...byPriority].sort(([a], [b]) => a - b).map(([, routes]) => routes));
  return alias;
}

function disabledOf({ routes }: Config['models'][string], backends: ReadonlyMap<string, Backend>): Alias['disabled'] {
  const disabled = routes.filter(({ enabled, backend }) => !enabled || !backends.has(backend));
  return disabled.length === 0 ? undefined : disabled.map(({ backend, model }) => ({ backend, model }));
}

/** Names of headers mean the same in any case, and must replace what has the same name. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
