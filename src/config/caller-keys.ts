import { sha256 } from '../lib/sha256.ts';
import { keyRelations, teamRelations } from './key-relations.ts';
import type { Finding } from './messages.ts';
import { unknownMessage } from './messages.ts';
import { formatPath, type ConfigPath } from './problem.ts';
import type { Config } from './schema.ts';

/** Problems between the keys of callers: names or secrets that two of them share. Takes the values before validation. */
export function checkCallerKeys(config: unknown): Finding[] {
  const places = keyPlaces(config);
  const owners = new Map<string, KeyPlace>();
  const twins = places.flatMap((place): Finding[] => {
    const digest = digestOf(place);
    if (digest === undefined) return [];
    const twin = owners.get(digest);
    if (twin === undefined) {
      owners.set(digest, place);
      return [];
    }
    const message = `is the same key as ${formatPath(twin.path)} (${remedyOf(place, twin)})`;
    return [{ path: secretPath(place), message }];
  });
  const secret = memberOf(memberOf(config, 'server'), 'secret');
  const knower = isFilled(secret) ? owners.get(sha256(secret)) : undefined;
  const known = knower && `is the same as ${formatPath(knower.path)} (use a secret that no client knows)`;
  return [
    ...places.flatMap(notOne),
    ...withoutSuccessor(config),
    ...relations(config),
    ...teamProblems(config),
    ...twins,
    ...(known === undefined ? [] : [{ path: ['server', 'secret'], message: known }]),
  ];
}

/** The SHA-256 of a caller's key, given as either of two; undefined if neither is. */
export function digestOf({ key, hash }: { readonly key?: unknown; readonly hash?: unknown }): string | undefined {
  if (isFilled(hash)) return hash.slice(hash.indexOf(':') + 1).toLowerCase();
  return isFilled(key) ? sha256(key) : undefined;
}

/** Where a key that clients show stands in the config, before validation. */
interface KeyPlace {
  readonly path: ConfigPath;
  readonly key?: unknown;
  readonly hash?: unknown;
  /** It is a map with `key` or `hash`, and no plain text. */
  readonly isMap: boolean;
}

function keyPlaces(config: unknown): KeyPlace[] {
  const admin = memberOf(config, 'admin');
  return [
    { path: ['proxy_api_key'], key: memberOf(config, 'proxy_api_key'), isMap: false },
    { path: ['admin', 'api_key'], key: memberOf(admin, 'api_key'), isMap: false },
    ...mapPlace(['admin', 'previous'], memberOf(admin, 'previous')),
    ...listed(config, 'keys').flatMap((entry, index) => [
      ...mapPlace(['keys', index], entry),
      ...mapPlace(['keys', index, 'previous'], memberOf(entry, 'previous')),
    ]),
  ];
}

function mapPlace(path: ConfigPath, entry: unknown): KeyPlace[] {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return [];
  return [{ path, key: memberOf(entry, 'key'), hash: memberOf(entry, 'hash'), isMap: true }];
}

function secretPath({ path, hash, isMap }: KeyPlace): ConfigPath {
  return isMap ? [...path, isFilled(hash) ? 'hash' : 'key'] : path;
}

function remedyOf({ path }: KeyPlace, twin: KeyPlace): string {
  const isPrevious = path.at(-1) === 'previous';
  const current = path[0] === 'admin' ? ['admin', 'api_key'] : path.slice(0, -1);
  if (isPrevious && formatPath(current) === formatPath(twin.path))
    return 'previous is the key from before the rotation';
  return path[0] === 'admin'
    ? 'use a different one: it is for whoever runs the gateway alone'
    : 'use a different one: keys tell callers apart';
}

function notOne({ path, key, hash, isMap }: KeyPlace): Finding[] {
  if (!isMap) return [];
  if (key === undefined && hash === undefined) {
    const message = 'is missing (a key as text, ${VARIABLE} or file:/path/to/it; or set hash)';
    return [{ path: [...path, 'key'], message }];
  }
  if (key === undefined || hash === undefined) return [];
  return [{ path: [...path, 'hash'], message: 'cannot stand beside key (keep one of the two)' }];
}

function withoutSuccessor(config: unknown): Finding[] {
  const admin = memberOf(config, 'admin');
  if (memberOf(admin, 'previous') === undefined || memberOf(admin, 'api_key') !== undefined) return [];
  return [
    { path: ['admin', 'previous'], message: 'has no successor (set api_key to the new key, or delete previous)' },
  ];
}

/** Keys that have the name of another in their team, or a team that there is not. */
function relations(config: unknown): Finding[] {
  const holders = new Map<unknown, string>();
  if (isFilled(memberOf(memberOf(config, 'admin'), 'api_key'))) holders.set('admin', 'admin.api_key');
  const parents = parentsOf(config);
  const holderOf = (name: string, team: string | undefined) =>
    holders.get(team === undefined || name === 'admin' ? name : `${team}/${name}`);
  return listed(config, 'keys').flatMap((entry, index): Finding[] => {
    const [name, team] = [memberOf(entry, 'name'), memberOf(entry, 'team')];
    const findings = keyRelations({ name, team }, { parents, holderOf });
    const place = isFilled(team) ? `${team}/${String(name)}` : name;
    if (isFilled(name) && !holders.has(place)) holders.set(place, formatPath(['keys', index]));
    return findings.map(({ path, message }) => ({ path: ['keys', index, ...path], message }));
  });
}

/** Teams that have the name of another, an unknown parent, or stand above themselves. */
function teamProblems(config: unknown): Finding[] {
  const parents = parentsOf(config);
  const first = new Map<string, number>();
  const told = new Set<string>();
  return listed(config, 'teams').flatMap((entry, index): Finding[] => {
    const name = memberOf(entry, 'name');
    if (!isFilled(name)) return [];
    const earlier = first.get(name);
    if (earlier !== undefined) {
      const message = `duplicate team name "${name}" (teams[${earlier}] has it already: choose another)`;
      return [{ path: ['teams', index, 'name'], message }];
    }
    first.set(name, index);
    return teamRelations({ name, parent: memberOf(entry, 'parent') }, parents).flatMap(({ path, message }) => {
      // Each team of a circle stands in it: the first in the file tells of it.
      const circle = circleOf(name, parents);
      if (circle.some((member) => told.has(member))) return [];
      for (const member of circle) told.add(member);
      return [{ path: ['teams', index, ...path], message }];
    });
  });
}

function parentsOf(config: unknown): Map<string, string | undefined> {
  return new Map(
    listed(config, 'teams').flatMap((entry) => {
      const [name, parent] = [memberOf(entry, 'name'), memberOf(entry, 'parent')];
      return isFilled(name) ? [[name, isFilled(parent) ? parent : undefined] as const] : [];
    }),
  );
}

/** The teams from one up to itself; none if it is in no circle. */
function circleOf(name: string, parents: ReadonlyMap<string, string | undefined>): string[] {
  const trail: string[] = [];
  let above = parents.get(name);
  while (above !== undefined && above !== name && !trail.includes(above)) {
    trail.push(above);
    above = parents.get(above);
  }
  return above === name ? [name, ...trail] : [];
}

function listed(config: unknown, section: 'keys' | 'teams'): readonly unknown[] {
  const entries = memberOf(config, section);
  return Array.isArray(entries) ? entries : [];
}

/** What is valid but probably a mistake. */
export function callerKeyWarnings(config: Config, nowMs: number): Finding[] {
  return [...nobody(config), ...overlapsOver(config, nowMs), ...providersKeys(config), ...unknownModels(config)];
}

function overlapsOver({ admin, keys = [] }: Config, nowMs: number): Finding[] {
  const all = [
    { path: ['admin', 'previous', 'until'], previous: admin.previous },
    ...keys.map(({ previous }, index) => ({ path: ['keys', index, 'previous', 'until'], previous })),
  ];
  const message = 'has passed: the previous key lets nobody in any more (delete previous)';
  return all.flatMap(({ path, previous }) =>
    previous === undefined || nowMs < Date.parse(previous.until) ? [] : [{ path, message }],
  );
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

function unknownModels({ keys = [], teams = [], models }: Config): Finding[] {
  const aliases = Object.keys(models);
  const exists = (pattern: string): boolean =>
    aliases.some((alias) => {
      const [prefix, of] = [pattern.replace(/\*$/, ''), alias.replace(/\*$/, '')];
      if (alias.endsWith('*') && prefix.startsWith(of)) return true;
      return pattern.endsWith('*') ? alias.startsWith(prefix) : alias === pattern;
    });
  const lists = [
    ...keys.map((key, index) => ({ path: ['keys', index, 'models'], names: key.models })),
    ...teams.map((team, index) => ({ path: ['teams', index, 'models'], names: team.models ?? [] })),
  ];
  return lists.flatMap(({ path, names }) =>
    names.flatMap((pattern, at) =>
      pattern === '*' || exists(pattern)
        ? []
        : [{ path: [...path, at], message: unknownMessage('alias', pattern, aliases) }],
    ),
  );
}

/** All keys that clients send to the gateway and that the config holds as text, with their paths. */
export function callerKeys(config: Config): { path: ConfigPath; key: string }[] {
  return keyPlaces(config).flatMap((place) => {
    const { key } = place;
    return isFilled(key) ? [{ path: secretPath(place), key }] : [];
  });
}

function memberOf(section: unknown, name: string): unknown {
  return typeof section === 'object' && section !== null
    ? (section as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
