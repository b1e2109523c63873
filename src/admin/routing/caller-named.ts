import { callerOf, placeOf } from '../../admission/keys/caller-of.ts';
import { ANONYMOUS, PROXY, type Caller } from '../../core/caller.ts';
import { Refusal } from '../../core/refusal.ts';
import { nearest } from '../../lib/nearest.ts';
import type { AdminContext } from '../admin-context.ts';

/** Whose requests are meant: a key that was made at run time by its id, or any caller by its name. */
export interface NamedCaller {
  readonly key_id?: string | undefined;
  readonly caller?: string | undefined;
}

/** The caller that is meant; undefined: nobody is. Throws a Refusal for one that does not exist. */
export function callerNamed({ key_id: keyId, caller: name }: NamedCaller, context: AdminContext): Caller | undefined {
  const { callers } = context;
  if (keyId !== undefined) {
    const stored = callers.stored?.get(keyId);
    if (stored !== undefined) return callerOf(stored, callers.teams, stored.id);
    throw new Refusal('not_found', `There is no key with the id \`${keyId}\`. GET /admin/keys lists them.`, {
      param: 'key_id',
    });
  }
  return name === undefined ? undefined : (byName(name, context) ?? unknown(name, context));
}

function byName(name: string, { callers, snapshot }: AdminContext): Caller | undefined {
  const ofConfig = callers.configKeys.find((key) => placeOf(key.name, key.team) === name);
  if (ofConfig !== undefined) return callerOf(ofConfig, callers.teams);
  const stored = callers.stored?.all().find((key) => placeOf(key.name, key.team) === name);
  if (stored !== undefined) return callerOf(stored, callers.teams, stored.id);
  if (name === PROXY.name) return PROXY;
  if (snapshot.keyCheck !== undefined) return undefined;
  // Who is who in an open gateway the log says.
  return name === ANONYMOUS.name || name.startsWith('client:') ? { ...ANONYMOUS, id: name, name } : undefined;
}

function unknown(name: string, { callers }: AdminContext): never {
  const known = [...callers.configKeys, ...(callers.stored?.all() ?? [])].map((key) => placeOf(key.name, key.team));
  const near = nearest(name.slice(0, 100), known);
  const hint =
    near.length > 0
      ? ` Did you mean ${near.map((each) => `\`${each}\``).join(' or ')}?`
      : ' A key in a team is `TEAM/NAME`.';
  throw new Refusal('not_found', `There is no caller \`${name}\`.${hint}`, { param: 'caller' });
}
