import type { z } from 'zod';
import type { Answer } from '../../lib/api.ts';
import { call } from '../../lib/api.ts';
import type { AliasJson, FailureJson, RouteJson, routesSchema } from '../../../src/admin/routing/routes-schema.ts';
import type {
  cooldownsSchema,
  drainSchema,
  RehearsalJson,
  rehearsalBody,
} from '../../../src/admin/routing/steering-schema.ts';

/** What the admin API says of routes, in its own types. */
export type Routes = z.output<typeof routesSchema>;
export type Alias = AliasJson;
export type Route = RouteJson;
export type Failure = NonNullable<FailureJson>;
export type Rehearsal = RehearsalJson;
export type Rehearsals = { readonly data: readonly Rehearsal[] };
export type RehearsalPlan = z.input<typeof rehearsalBody>;

/** Takes a backend out of use, or puts it into use again. */
export function setDrained(
  backend: string,
  drained: boolean,
  force: boolean,
): Promise<Answer<z.output<typeof drainSchema>>> {
  const path = `/admin/backends/${encodeURIComponent(backend)}/${drained ? 'drain' : 'undrain'}`;
  return call('POST', path, drained ? { body: { force } } : {});
}

/** Lets a backend be asked again at once; `model`: only for this one. */
export function endCooldowns(backend: string, model?: string): Promise<Answer<z.output<typeof cooldownsSchema>>> {
  return call('POST', '/admin/cooldowns/end', { body: model === undefined ? { backend } : { backend, model } });
}

/** Begins a rehearsal. */
export function beginRehearsal(plan: RehearsalPlan): Promise<Answer<Rehearsal>> {
  return call('POST', '/admin/rehearsals', { body: plan });
}

/** Ends one before its time. */
export function endRehearsal(id: string): Promise<Answer<Rehearsal>> {
  return call('DELETE', `/admin/rehearsals/${encodeURIComponent(id)}`);
}
