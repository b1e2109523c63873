import { parseDuration } from '../../lib/duration.ts';
import type { StoredKey } from '../../storage/stored-key.ts';
import { besideOf, changed, inStore, type Change, type RegistryParts } from './access-change.ts';
import { AccessProblem, invalid } from './access-problem.ts';
import type { OtherAccess } from '../../core/access-rules.ts';
import { CONFIG, configKeyView, storedKeyView, type KeyView } from './key-view.ts';
import { makeKey, shownPart } from './made-key.ts';
import { pageOf, type Page, type PageQuery } from './page.ts';

/** A key that was just made or rotated: the only time that its secret is told. */
export type KeyWithSecret = KeyView & { readonly key: string };

/** Which keys are asked for. */
export interface KeyQuery extends PageQuery {
  readonly team?: string | undefined;
  readonly owner?: string | undefined;
}

const OPEN =
  'The gateway is open to everyone who reaches it, so a key would protect nothing. Set `admin.api_key` (or `proxy_api_key`, or `keys`) in the config first.';
const DEFAULT_GRACE = '24h';
/** A secret that goes on for longer is no rotation. */
const MOST_GRACE_MS = 366 * 24 * 3600_000;

/**
 * Makes and changes keys at run time, for whoever may: that is asked before. What comes out is held to the rules of the
 * config, written with its audit entry, and counts here at once. Every method rejects with an AccessProblem, or with
 * `StoreUnavailable`; then nothing has changed.
 */
export class KeyRegistry {
  constructor(private readonly parts: RegistryParts) {}

  /** All keys, those of the config first, then the others in the order in which they were made. From memory. */
  list({ team, owner, isSeen, ...query }: KeyQuery): Page<KeyView> {
    const { access, stored, rules } = this.parts;
    const isAsked = (key: { readonly team: string | undefined; readonly owner: string | undefined }): boolean =>
      (team === undefined || key.team === team) &&
      (owner === undefined || key.owner === owner) &&
      (isSeen === undefined || isSeen(key.team));
    const ofConfig = access.configKeys.filter(isAsked).map((key) => configKeyView(key, rules));
    const page = pageOf([...ofConfig, ...stored.all().filter(isAsked)], query, rankOf);
    return { ...page, data: page.data.map((key) => ('hash' in key ? storedKeyView(key as StoredKey, rules) : key)) };
  }

  /** One key, by its id. */
  get(id: string): KeyView {
    const { access, rules } = this.parts;
    const key = this.parts.stored.get(id);
    if (key !== undefined) return storedKeyView(key, rules);
    const ofConfig = access.configKeys.map((each) => configKeyView(each, rules)).find((view) => view.id === id);
    if (ofConfig === undefined) throw absent(id);
    return ofConfig;
  }

  /** The id of the key that was made with this secret, or rotated from it; undefined: there is none. */
  idOf(secret: string): string | undefined {
    return this.parts.stored.find(secret)?.caller.key?.id;
  }

  /** Makes a key. `values`: what the config would say of it, as JSON. */
  async create(values: unknown, change: Change<KeyWithSecret>): Promise<KeyWithSecret> {
    const { access, clock, rules, stored } = this.parts;
    if (access.isOpen) throw new AccessProblem('conflict', OPEN);
    const store = await this.parts.store();
    const checked = rules.checkKey(values, this.#others());
    if ('findings' in checked) throw invalid(checked.findings);
    const secret = makeKey();
    const now = clock.wallNow();
    const key: StoredKey = {
      ...checked.spec,
      id: Bun.randomUUIDv7(),
      hash: this.parts.secret.hashOf(secret),
      prefix: shownPart(secret),
      generation: 1,
      previous: undefined,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    const view = storedKeyView(key, rules);
    const withSecret = { ...view, key: secret };
    const beside = besideOf({ action: 'keys.create', target: key.id, after: view }, change, withSecret, now);
    await inStore(store.keys.insert(key, beside), `The key "${key.name}"`);
    stored.put(key);
    await this.parts.remember();
    return withSecret;
  }

  /** Changes a key: `patch` has the members that change, null takes one away. `expected`: only if it has this version. */
  async update(id: string, patch: unknown, change: Change<KeyView>, expected?: number): Promise<KeyView> {
    const key = await this.#found(id, expected);
    const { rules } = this.parts;
    const checked = rules.checkKey(changed(rules.keyValues(key), patch), this.#others(id));
    if ('findings' in checked) throw invalid(checked.findings);
    return await this.#write({ action: 'keys.update', key, next: { ...key, ...checked.spec } }, change, (view) => view);
  }

  /** Gives a key a new secret; the one before goes on for `grace` (`24h`), `0` ends it at once. */
  async rotate(
    id: string,
    { grace = DEFAULT_GRACE, expected }: { readonly grace?: unknown; readonly expected?: number | undefined },
    change: Change<KeyWithSecret>,
  ): Promise<KeyWithSecret> {
    const key = await this.#found(id, expected);
    const graceMs = graceOf(grace);
    const secret = makeKey();
    const next: StoredKey = {
      ...key,
      hash: this.parts.secret.hashOf(secret),
      prefix: shownPart(secret),
      generation: key.generation + 1,
      previous: graceMs === 0 ? undefined : { hash: key.hash, until: this.parts.clock.wallNow() + Math.ceil(graceMs) },
    };
    return await this.#write({ action: 'keys.rotate', key, next }, change, (view) => ({ ...view, key: secret }));
  }

  /** Ends a key, with both its secrets: here for the next request, elsewhere within a second. */
  async revoke(id: string, change: Change<undefined>, expected?: number): Promise<void> {
    const key = await this.#found(id, expected);
    const before = storedKeyView(key, this.parts.rules);
    const now = this.parts.clock.wallNow();
    const beside = besideOf({ action: 'keys.revoke', target: id, before }, change, undefined, now);
    const store = await this.parts.store();
    await inStore(store.keys.delete(id, expected, beside), `The key "${key.name}"`);
    this.parts.stored.remove(id);
    await this.parts.remember();
  }

  async #write<View>(
    { action, key, next: spec }: { readonly action: string; readonly key: StoredKey; readonly next: StoredKey },
    change: Change<View>,
    shown: (view: KeyView) => View,
  ): Promise<View> {
    const { clock, rules, stored } = this.parts;
    const now = clock.wallNow();
    const next = { ...spec, version: key.version + 1, updatedAt: now };
    const after = storedKeyView(next, rules);
    const view = shown(after);
    const done = { action, target: key.id, before: storedKeyView(key, rules), after };
    const store = await this.parts.store();
    await inStore(store.keys.update(next, key.version, besideOf(done, change, view, now)), `The key "${key.name}"`);
    stored.put(next);
    await this.parts.remember();
    return view;
  }

  /** The key of this id, at the expected version, if any. */
  async #found(id: string, expected: number | undefined): Promise<StoredKey> {
    const { stored } = this.parts;
    // Another node may have made or changed it a moment ago.
    if (stored.get(id) === undefined || (expected !== undefined && stored.get(id)?.version !== expected))
      await this.parts.refresh();
    const key = stored.get(id);
    if (key === undefined) throw id.startsWith(CONFIG) ? readOnly(id) : absent(id);
    if (expected === undefined || key.version === expected) return key;
    const message = `The key "${key.name}" has version ${key.version}, not ${expected}: it was changed in the meantime. Read it again.`;
    throw new AccessProblem('conflict', message);
  }

  /** Everything but the key of this id. */
  #others(except?: string): OtherAccess {
    const { access, stored } = this.parts;
    return {
      parents: new Map(access.teams.specs.map(({ name, parent }) => [name, parent])),
      holderOf: (name, team) =>
        except !== undefined && stored.named(name, team)?.id === except && !access.isOfConfig(name, team)
          ? undefined
          : access.holderOf(name, team),
    };
  }
}

/** Those of the config come first; ids of the others are in the order of their making. */
function rankOf({ id }: { readonly id: string }): string {
  return `${id.startsWith(CONFIG) ? 0 : 1}${id}`;
}

function graceOf(grace: unknown): number {
  const ms = typeof grace === 'string' || typeof grace === 'number' ? parseDuration(grace) : undefined;
  if (ms !== undefined && ms <= MOST_GRACE_MS) return ms;
  const message = 'is no duration up to a year (use one such as 24h, 30m or 0)';
  throw invalid([{ path: 'grace', message }]);
}

function absent(id: string): AccessProblem {
  return new AccessProblem('absent', `There is no key with the id "${id.slice(0, 100)}".`);
}

function readOnly(id: string): AccessProblem {
  const name = id.slice(CONFIG.length, 200);
  return new AccessProblem('read_only', `The key "${name}" stands in the config: change it there.`);
}
