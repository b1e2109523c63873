import { sha256 } from '../lib/sha256.ts';
import type { Finding } from './messages.ts';
import { unknownMessage } from './messages.ts';
import type { Config } from './schema.ts';

/** Problems between the keys of callers: names or secrets that two of them share. Takes the values before validation. */
export function checkCallerKeys(config: unknown): Finding[] {
  const { keys: listed, proxy_api_key: own, admin, server } = (config ?? {}) as Readonly<Record<string, unknown>>;
  const keys: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const places = new Map<unknown, string>();
  if (typeof own === 'string') places.set(secretOf(own), 'proxy_api_key');
  const findings: Finding[] = [];
  const adminKey = memberOf(admin, 'api_key');
  if (isFilled(adminKey)) {
    const twin = places.get(secretOf(adminKey));
    if (twin !== undefined) {
      const message = `is the same key as ${twin} (use a different one: it is for whoever runs the gateway alone)`;
      findings.push({ path: ['admin', 'api_key'], message });
    }
    places.set(secretOf(adminKey), 'admin.api_key').set(nameOf('admin'), 'admin.api_key');
  }
  const ofKeys = keys.flatMap((entry, index): Finding[] => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { name, key, hash } = entry as Readonly<Record<string, unknown>>;
    const wrong: Finding[] = [];
    const place = `keys[${index}]`;
    const secretName = isFilled(hash) ? 'hash' : 'key';
    const digest = digestOf({ key, hash });
    const secret = digest === undefined ? undefined : `key ${digest}`;
    const twin = secret === undefined ? undefined : places.get(secret);
    const namesake = places.get(nameOf(name));
    wrong.push(...notOne(index, { key, hash }));
    if (namesake !== undefined) {
      const message = `duplicate key name "${String(name)}" (${namesake} has it already: choose another)`;
      wrong.push({ path: ['keys', index, 'name'], message });
    } else if (isFilled(name)) places.set(nameOf(name), place);
    if (twin !== undefined) {
      const message = `is the same key as ${twin} (use a different one: keys tell callers apart)`;
      wrong.push({ path: ['keys', index, secretName], message });
    } else if (secret !== undefined) places.set(secret, place);
    return wrong;
  });
  findings.push(...ofKeys);
  const secret = memberOf(server, 'secret');
  const knower = isFilled(secret) ? places.get(secretOf(secret)) : undefined;
  if (knower === undefined) return findings;
  const message = `is the same as ${knower} (use a secret that no client knows)`;
  return [...findings, { path: ['server', 'secret'], message }];
}

/** The SHA-256 of a caller's key, given as either of two; undefined if neither is. */
export function digestOf({ key, hash }: { readonly key?: unknown; readonly hash?: unknown }): string | undefined {
  if (isFilled(hash)) return hash.slice(hash.indexOf(':') + 1).toLowerCase();
  return isFilled(key) ? sha256(key) : undefined;
}

function notOne(index: number, { key, hash }: { readonly key?: unknown; readonly hash?: unknown }): Finding[] {
  if (key === undefined && hash === undefined)
    return [
      {
        path: ['keys', index, 'key'],
        message: 'is missing (a key as text, ${VARIABLE} or file:/path/to/it; or set hash)',
      },
    ];
  if (key === undefined || hash === undefined) return [];
  return [{ path: ['keys', index, 'hash'], message: 'cannot stand beside key (keep one of the two)' }];
}

/** What is valid but probably a mistake. */
export function callerKeyWarnings(config: Config): Finding[] {
  return [...nobody(config), ...providersKeys(config), ...unknownModels(config)];
}

function nobody({ keys, proxy_api_key: own }: Config): Finding[] {
  if (keys === undefined || own !== undefined || keys.some(({ enabled }) => enabled)) return [];
  return [{ path: ['keys'], message: 'lets nobody in (enable a key, or set proxy_api_key)' }];
}

/** A caller with such a key can go past the gateway. */
function providersKeys(config: Config): Finding[] {
  const byKey = new Map(config.backends.map(({ name, api_key: key }) => [key, name]));
  return callerKeys(config).flatMap(({ path, key }) => {
    const backend = byKey.get(key);
    if (backend === undefined) return [];
    return [{ path, message: `is also the key of the backend "${backend}" (use a key for the gateway alone)` }];
  });
}

function unknownModels({ keys = [], models }: Config): Finding[] {
  const aliases = Object.keys(models);
  const exists = (pattern: string): boolean =>
    aliases.some((alias) => {
      const [prefix, of] = [pattern.replace(/\*$/, ''), alias.replace(/\*$/, '')];
      if (alias.endsWith('*') && prefix.startsWith(of)) return true;
      return pattern.endsWith('*') ? alias.startsWith(prefix) : alias === pattern;
    });
  return keys.flatMap((key, index) =>
    key.models.flatMap((pattern, at) =>
      pattern === '*' || exists(pattern)
        ? []
        : [{ path: ['keys', index, 'models', at], message: unknownMessage('alias', pattern, aliases) }],
    ),
  );
}

/** All keys that clients send to the gateway, with their paths. */
export function callerKeys({
  keys = [],
  proxy_api_key: own,
  admin: { api_key: admin },
}: Config): { path: (string | number)[]; key: string }[] {
  return [
    ...(own === undefined ? [] : [{ path: ['proxy_api_key'], key: own }]),
    ...(admin === undefined ? [] : [{ path: ['admin', 'api_key'], key: admin }]),
    ...keys.flatMap(({ key }, index) => (key === undefined ? [] : [{ path: ['keys', index, 'key'], key }])),
  ];
}

function memberOf(section: unknown, name: string): unknown {
  return typeof section === 'object' && section !== null
    ? (section as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

// Names and secrets share one map, so each gets a prefix.
function nameOf(name: unknown): string {
  return `name ${String(name)}`;
}

function secretOf(key: unknown): string {
  return `key ${sha256(String(key))}`;
}
