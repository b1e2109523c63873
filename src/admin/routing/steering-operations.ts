import { Refusal } from '../../core/refusal.ts';
import type { Alias } from '../../core/route.ts';
import { fallbackChain } from '../../routing/aliases.ts';
import { MOST_REHEARSALS, type Rehearsal } from '../../upstream/steering/rehearsals.ts';
import type { AdminContext } from '../admin-context.ts';
import { audited, entryOf } from '../audited.ts';
import { operation, type RawCall } from '../operation.ts';
import { backendNamed } from './backend-named.ts';
import { callerNamed } from './caller-named.ts';
import {
  cooldownsBody,
  cooldownsSchema,
  drainBody,
  drainSchema,
  rehearsalBody,
  rehearsalSchema,
  type RehearsalJson,
} from './steering-schema.ts';
import { z } from 'zod';

/** What operators do to routes at run time; the config stays as it is. */
export const steeringOperations = [
  operation({
    id: 'drainBackend',
    role: 'operator',
    method: 'POST',
    path: '/admin/backends/{name}/drain',
    summary:
      'Takes a backend out of use: nothing new is sent to it, and what is under way ends. It survives reloads, and with a database restarts.',
    body: drainBody,
    answer: drainSchema,
    async handle(call, context) {
      const { name = '' } = call.names;
      backendNamed(name, context);
      const orphans = withoutRoute(name, context);
      if (orphans.length > 0 && call.body?.force !== true) throw lastRoute(name, orphans);
      return { body: { ...(await setDrained(name, true, call, context)), aliases_without_route: orphans } };
    },
  }),
  operation({
    id: 'undrainBackend',
    role: 'operator',
    method: 'POST',
    path: '/admin/backends/{name}/undrain',
    summary: 'Puts a drained backend into use again.',
    answer: drainSchema,
    async handle(call, context) {
      const { name = '' } = call.names;
      // What the config no longer has may still be drained.
      if (!context.steering.drains.names().includes(name)) backendNamed(name, context);
      return { body: { ...(await setDrained(name, false, call, context)), aliases_without_route: [] } };
    },
  }),
  operation({
    id: 'endCooldowns',
    role: 'operator',
    method: 'POST',
    path: '/admin/cooldowns/end',
    summary: 'Ends the cooldowns of a backend, or of one model there, and lets its health checks begin anew.',
    body: cooldownsBody,
    answer: cooldownsSchema,
    async handle(call, context) {
      const { backend, model } = call.body;
      backendNamed(backend, context);
      const live = context.snapshot.backends.get(backend)?.live;
      if (model !== undefined && live !== undefined && !Array.from(live.models).some((known) => known.model === model))
        throw new Refusal(
          'not_found',
          `Nothing is known of a model \`${model}\` at the backend \`${backend}\`. Name it as it is sent there.`,
          { param: 'model' },
        );
      const ended = live?.endCooldowns(model) ?? 0;
      const revived = live?.forgetHealth() ?? false;
      if (ended > 0 || revived) {
        context.log.info('cooldowns were ended', { backend, model, ended, actor: call.actor.caller });
        await audited(entryOf(call, 'cooldowns.end', backend, { model: model ?? null, ended, revived }), context);
      }
      return { body: { backend, model: model ?? null, ended, revived } };
    },
  }),
  operation({
    id: 'listRehearsals',
    role: 'viewer',
    method: 'GET',
    path: '/admin/rehearsals',
    summary: 'The rehearsals that are under way.',
    answer: z.object({ data: z.array(rehearsalSchema) }),
    handle: (_call, { steering }) => ({ body: { data: steering.rehearsals.all().map(rehearsalJson) } }),
  }),
  operation({
    id: 'beginRehearsal',
    role: 'operator',
    method: 'POST',
    path: '/admin/rehearsals',
    status: 201,
    summary:
      'Lets attempts at a backend fail for the requests of one caller, with nothing sent, so that failover can be watched. Nobody else is concerned.',
    body: rehearsalBody,
    answer: rehearsalSchema,
    async handle(call, context) {
      const { backend, failure, seconds, share = 1, ...whose } = call.body;
      backendNamed(backend, context);
      const caller = callerNamed(whose, context);
      if (caller === undefined) throw new Refusal('invalid_request', 'Say whose requests: `key_id` or `caller`.');
      const plan = {
        backend,
        failure,
        seconds,
        share,
        callerId: caller.id,
        caller: caller.name,
        keyId: caller.key?.id,
      };
      const rehearsal = context.steering.rehearsals.begin({ ...plan, startedBy: call.actor.caller });
      if (rehearsal === undefined)
        throw new Refusal(
          'in_use',
          `There are ${MOST_REHEARSALS} rehearsals under way, which is the most. End one first: DELETE /admin/rehearsals/ID.`,
        );
      const body = rehearsalJson(rehearsal);
      await audited(entryOf(call, 'rehearsals.begin', backend, body), context);
      return { body, status: 201 };
    },
  }),
  operation({
    id: 'endRehearsal',
    role: 'operator',
    method: 'DELETE',
    path: '/admin/rehearsals/{id}',
    summary: 'Ends a rehearsal before its time, for requests that begin from now on.',
    answer: rehearsalSchema,
    async handle(call, context) {
      const { id = '' } = call.names;
      const ended = context.steering.rehearsals.end(id, `ended by ${call.actor.caller}`);
      if (ended === undefined)
        throw new Refusal('not_found', 'There is no such rehearsal: it may be over.', { param: 'id' });
      const body = rehearsalJson(ended);
      await audited(entryOf(call, 'rehearsals.end', ended.backend, body), context);
      return { body };
    },
  }),
];

async function setDrained(name: string, drained: boolean, call: Pick<RawCall, 'actor'>, context: AdminContext) {
  const { steering, openStore, log } = context;
  const entry = entryOf(call, drained ? 'backends.drain' : 'backends.undrain', name, { draining: drained });
  const { changed, kept } = await steering.drains.set(name, drained, openStore(), entry);
  const fields = { backend: name, actor: call.actor.caller, kept };
  if (changed && drained) log.warn('backend is drained', fields);
  else if (changed) log.info('backend is in use again', fields);
  const inUse = context.snapshot.backends.get(name)?.live.inFlight ?? 0;
  return { backend: name, draining: drained, changed, kept, in_use: inUse };
}

/** The aliases that nothing would serve any more, their fallbacks included, and that something serves now. */
function withoutRoute(backend: string, { snapshot }: AdminContext): string[] {
  const leadsOn = (alias: Alias, without?: string): boolean => {
    const asked = { alias, name: alias.name, matched: '' };
    const chain = [alias, ...fallbackChain(snapshot, asked).map((named) => named.alias)];
    return chain.some(({ tiers }) =>
      tiers.flat().some((route) => !route.backend.live.draining && route.backend.name !== without),
    );
  };
  return Array.from(snapshot.aliases.values())
    .filter((alias) => leadsOn(alias) && !leadsOn(alias, backend))
    .map(({ name }) => name);
}

function lastRoute(backend: string, aliases: readonly string[]): Refusal {
  const named = aliases
    .slice(0, 5)
    .map((alias) => `\`${alias}\``)
    .join(', ');
  const more = aliases.length > 5 ? ` and ${aliases.length - 5} more` : '';
  return new Refusal(
    'in_use',
    `Nothing else serves ${named}${more}: every request for it would fail. Send \`{"force": true}\` to drain \`${backend}\` all the same.`,
    { param: 'force' },
  );
}

function rehearsalJson(rehearsal: Rehearsal): RehearsalJson {
  const { id, backend, failure, caller, keyId, share, startedAt, endsAt, startedBy, requests, attempts, served } =
    rehearsal;
  return {
    id,
    backend,
    failure,
    caller,
    key_id: keyId ?? null,
    share,
    started_at: new Date(startedAt).toISOString(),
    ends_at: new Date(endsAt).toISOString(),
    started_by: startedBy,
    requests,
    attempts,
    served,
  };
}
