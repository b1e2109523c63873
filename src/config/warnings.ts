import { suspiciousKeys } from './suspicious-keys.ts';
import type { Environment } from '../lib/environment.ts';
import { SAFE_KEY_CHARS } from './fields.ts';
import { callerKeyWarnings, callerKeys } from './caller-keys.ts';
import { hasKey, type ListenChoice } from './listen-choice.ts';
import { consoleListen, isLoopback, parseListen } from './listen.ts';
import { type Finding, unknownMessage } from './messages.ts';
import { builtInTable } from '../pricing/price-table.ts';
import { backendsAtOwnAddress, loopbackInContainer } from './listen-warnings.ts';
import { suspiciousUrls, unlikelyProtocols } from './backend-check.ts';
import type { LogBodies } from '../core/caller.ts';
import type { Config } from './schema.ts';
import { hasStore } from './store-place.ts';

/** What is valid in a config but probably a mistake. */
export function findWarnings(
  config: Config,
  listen: ListenChoice,
  { env, nowMs }: { readonly env: Environment; readonly nowMs: number },
): Finding[] {
  return [
    ...openToAll(config, listen),
    ...consoleBeyondLoopback(config),
    ...rolesForNobody(config),
    ...loopbackInContainer(listen, env),
    ...backendsAtOwnAddress(config, listen, env),
    ...callerKeyWarnings(config, nowMs),
    ...shortKeys(config),
    ...suspiciousKeys(config, env),
    ...unusedBackends(config),
    ...deadAliases(config),
    ...hedgesOfOneBackend(config),
    ...unknownFallbacks(config),
    ...fallbackWarnings(config),
    ...suspiciousUrls(config),
    ...unlikelyProtocols(config),
    ...unknownLikes(config),
    ...bodiesNowhere(config),
  ];
}

/** An address that other machines reach, without a key. */
export function openToAll(config: Config, { value, from }: ListenChoice): Finding[] {
  if (hasKey(config) || isLoopback(parseListen(value))) return [];
  const who = from === 'listen' ? '' : ` (from ${from})`;
  // Nobody outside a container reaches its loopback.
  const here = from === 'LLM_PROXY_LISTEN' ? 'let nobody else reach it: -p 127.0.0.1:8765:8765' : 'listen on 127.0.0.1';
  const message = `${value}${who} is open to everyone who can reach it (set proxy_api_key or keys, or ${here})`;
  return [{ path: ['listen'], message }];
}

/** A console that other machines reach, at which nobody there can sign in. */
function consoleBeyondLoopback({ admin }: Config): Finding[] {
  if (admin.listen === undefined || admin.api_key !== undefined || admin.oidc !== undefined) return [];
  if (isLoopback(parseListen(consoleListen(admin.listen)))) return [];
  const message = 'other machines reach this, and none of them can sign in (set admin.api_key or admin.oidc)';
  return [{ path: ['admin', 'listen'], message }];
}

/** A provider whose people have no role, whatever groups they are in. */
function rolesForNobody({ admin: { oidc } }: Config): Finding[] {
  if (oidc === undefined || Object.keys(oidc.roles).length + Object.keys(oidc.teams).length > 0) return [];
  return [{ path: ['admin', 'oidc'], message: 'nobody can sign in with it (name a group in roles or teams)' }];
}

/** Bodies that are to be kept, and no database to keep them in. */
function bodiesNowhere(config: Config): Finding[] {
  if (config.ledger.enabled && hasStore(config)) return [];
  const why = hasStore(config) ? 'the ledger is off' : 'there is no database';
  const what = `keeps nothing, for ${why} (${hasStore(config) ? 'set ledger.enabled: true' : 'set data_dir or database'})`;
  const isOn = (kept: LogBodies | undefined): boolean => kept !== undefined && kept !== 'off';
  const keys = (config.keys ?? []).flatMap((key, at) => (isOn(key.log_bodies) ? [['keys', at]] : []));
  const models = Object.entries(config.models).flatMap(([name, model]) =>
    isOn(model.log_bodies) ? [['models', name]] : [],
  );
  return [...keys, ...models].map((path) => ({ path: [...path, 'log_bodies'], message: what }));
}

/** The price of an entry that the built-in table does not have; one of a newer table may. */
function unknownLikes({ prices }: Config): Finding[] {
  return Object.entries(prices).flatMap(([pattern, { like }]) => {
    if (like === undefined) return [];
    const slash = like.indexOf('/');
    const table = builtInTable();
    if (table.find(like.slice(0, slash), like.slice(slash + 1)) !== undefined) return [];
    const entries = table.models().map(({ name }) => name);
    return [
      {
        path: ['prices', pattern, 'like'],
        message: unknownMessage('entry of the built-in price table', like, entries),
      },
    ];
  });
}

function shortKeys(config: Config): Finding[] {
  const message = 'is so short that it can be guessed (use 32 random characters: `openssl rand -hex 16` prints them)';
  return callerKeys(config).flatMap(({ path, key }) => (key.length >= SAFE_KEY_CHARS ? [] : [{ path, message }]));
}

function unusedBackends(config: Config): Finding[] {
  const used = new Set(Object.values(config.models).flatMap((model) => model.routes.map((route) => route.backend)));
  return config.backends.flatMap((backend, index) => {
    if (!backend.enabled || used.has(backend.name)) return [];
    const message = `no route uses the backend "${backend.name}" (add a route, or set enabled: false)`;
    return [{ path: ['backends', index], message }];
  });
}

function deadAliases(config: Config): Finding[] {
  const enabled = new Set(config.backends.filter((backend) => backend.enabled).map((backend) => backend.name));
  return Object.entries(config.models).flatMap(([alias, model]) => {
    if (!model.enabled || model.routes.some((route) => route.enabled && enabled.has(route.backend))) return [];
    const message = 'every route of this alias is disabled, or its backend is (enable one, or set enabled: false)';
    return [{ path: ['models', alias], message }];
  });
}

function hedgesOfOneBackend(config: Config): Finding[] {
  const enabled = new Set(config.backends.filter((backend) => backend.enabled).map((backend) => backend.name));
  return Object.entries(config.models).flatMap(([alias, { hedge, routes }]) => {
    if (hedge === undefined) return [];
    const backends = new Set(
      routes.filter((route) => route.enabled && enabled.has(route.backend)).map((route) => route.backend),
    );
    if (backends.size > 1) return [];
    const message = 'has no effect: a second route has to lead to another backend (add one, or remove hedge)';
    return [{ path: ['models', alias, 'hedge'], message }];
  });
}

/** A fallback to an unknown alias is skipped, so it is no error. A name that a wildcard matches is known. */
function unknownFallbacks(config: Config): Finding[] {
  const aliases = Object.keys(config.models);
  const wildcards = aliases.filter((alias) => alias.endsWith('*')).map((alias) => alias.slice(0, -1));
  const exists = (name: string): boolean =>
    aliases.includes(name) || wildcards.some((prefix) => name.startsWith(prefix));
  const path = ['fallback', 'alias_fallback'];
  return Object.entries(config.fallback.alias_fallback).flatMap(([alias, targets]) => [
    ...(exists(alias) ? [] : [{ path: [...path, alias], message: unknownMessage('alias', alias, aliases) }]),
    ...targets.flatMap((target, index) =>
      exists(target)
        ? []
        : [{ path: [...path, alias, index], message: `${unknownMessage('alias', target, aliases)}; it is skipped` }],
    ),
  ]);
}

function fallbackWarnings(config: Config): Finding[] {
  const fallbacks = new Map(Object.entries(config.fallback.alias_fallback));
  const toItself: Finding[] = [...fallbacks].flatMap(([alias, targets]) =>
    targets.flatMap((target, index) =>
      target === alias
        ? [
            {
              path: ['fallback', 'alias_fallback', alias, index],
              message: 'is a fallback to itself (name another alias)',
            },
          ]
        : [],
    ),
  );
  const cycles = findCycles(fallbacks).map((cycle) => ({
    path: ['fallback', 'alias_fallback', ...cycle.slice(0, 1)],
    message: `the fallbacks form a circle: ${[...cycle, cycle[0]].join(' → ')} (each alias is tried once)`,
  }));
  return [...toItself, ...cycles];
}

/** The circles of two or more aliases, each once, beginning with the alias that is first in the file. */
function findCycles(fallbacks: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const walk = (alias: string): void => {
    const start = trail.indexOf(alias);
    if (start >= 0) {
      if (trail.at(-1) !== alias) cycles.push(trail.slice(start));
      return;
    }
    if (done.has(alias)) return;
    trail.push(alias);
    for (const target of fallbacks.get(alias) ?? []) walk(target);
    trail.pop();
    done.add(alias);
  };
  for (const alias of fallbacks.keys()) walk(alias);
  return cycles;
}
