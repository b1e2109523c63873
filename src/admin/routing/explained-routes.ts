import { Attempt } from '../../core/attempt.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { NamedAlias, Route } from '../../core/route.ts';
import { globMatches } from '../../lib/glob.ts';
import type { Protocol } from '../../protocols/protocol.ts';
import { fallbackChain, routesFor } from '../../routing/aliases.ts';
import { dueAtOf, hasSlot, whyClosed } from '../../routing/availability.ts';
import { coolingOf } from '../../routing/cooling.ts';
import type { Step } from '../../serving/foresee.ts';
import { prepare } from '../../upstream/prepare.ts';
import type { AdminContext } from '../admin-context.ts';
import type { ExplainedRouteJson, WhyNot } from './explain-schema.ts';
import { routeCost } from './route-cost.ts';
import { vendorOf } from './route-json.ts';
import { isDeterministic, sharesOf } from './shares.ts';

/** A route of the request, and why it is left out before anything was tried. */
interface Seen {
  readonly named: NamedAlias;
  readonly route: Route;
  readonly skipped: WhyNot | undefined;
  readonly until: string | null;
}

/** The routes of a request and of its fallbacks as they are before it begins. */
export function seenRoutes(asked: NamedAlias, exchange: Exchange, context: AdminContext): Seen[] {
  const { clock } = context;
  return [asked, ...fallbackChain(context.snapshot, asked)].flatMap((named) =>
    named.alias.tiers.flatMap((tier) =>
      routesFor(tier, named).map((route): Seen => {
        const closed = whyClosed(route, exchange, context);
        const skipped =
          closed === 'spent' ? 'ended_before' : (closed ?? (hasSlot(route, exchange) ? undefined : 'full'));
        const dueAt = dueAtOf(route, exchange);
        const cooling = coolingOf(route, exchange);
        const isTrial = skipped === 'cooling' && cooling?.trial === true && dueAt <= clock.now();
        const isResting = skipped === 'cooling' || skipped === 'dead';
        const until =
          isResting && dueAt > clock.now() ? new Date(clock.wallNow() + dueAt - clock.now()).toISOString() : null;
        return { named, route, skipped: isTrial ? 'trial_under_way' : skipped, until };
      }),
    ),
  );
}

/** What explains them. */
export interface Explaining {
  /** Another exchange like it, whose attempts nobody minds. */
  readonly scratch: Exchange;
  readonly client: Protocol;
  readonly context: AdminContext;
}

/** The routes of a request in the order in which they would be tried, those that would not behind them. */
export function explainedRoutes(
  seen: readonly Seen[],
  steps: readonly Step[],
  explaining: Explaining,
): ExplainedRouteJson[] {
  const order: Step[] = steps.filter(({ type }) => type === 'attempt');
  const rankOf = ({ named, route }: Seen): number =>
    order.findIndex(
      (step) => step.type === 'attempt' && step.route.key === route.key && step.named?.name === named.name,
    );
  const ranked = seen.map((each) => ({ each, at: rankOf(each) }));
  const tried = ranked.filter(({ at }) => at !== -1).toSorted((a, b) => a.at - b.at);
  const left = ranked.filter(({ at }) => at === -1);
  return [
    ...tried.map(({ each }, at) => explained(each, at + 1, seen, explaining)),
    ...left.map(({ each }) => explained(each, null, seen, explaining)),
    ...disabledRoutes(explaining),
  ];
}

function explained(one: Seen, rank: number | null, seen: readonly Seen[], explaining: Explaining): ExplainedRouteJson {
  const { named, route, until } = one;
  const { scratch, client, context } = explaining;
  const attempt = new Attempt(scratch, route, named, context.clock);
  const prepared = prepare(attempt, client, context);
  const isCarried = !('kind' in prepared);
  const refusedField = isCarried ? null : (prepared.detail ?? null);
  const skipped: WhyNot | null = !isCarried ? 'not_carried' : rank === null ? (one.skipped ?? 'retries_used_up') : null;
  const tier = seen.filter(
    (other) => other.named === named && other.route.priority === route.priority && other.skipped === undefined,
  );
  // Chance may put it first the next time, though behind others no attempt is left for it.
  const mayBeFirst = skipped === 'retries_used_up' && tier.length > 1 && !isDeterministic(named.alias.balance);
  const share = skipped === null || mayBeFirst ? shareOf(one, tier, rank, explaining) : null;
  return {
    alias: named.name,
    backend: route.backend.name,
    model: route.model,
    vendor: vendorOf(route.backend.name, context),
    priority: route.priority,
    weight: route.weight,
    rank: isCarried ? rank : null,
    share,
    skipped,
    why: skipped === null ? whyHere(one, tier.length, share) : WORDS[skipped],
    until: skipped === null ? null : until,
    dialect: isCarried ? prepared.protocol.name : null,
    translated: isCarried && prepared.translation !== undefined,
    dropped: isCarried ? [...attempt.dropped] : [],
    refused_field: refusedField,
    system_prompts: promptsOf(named, explaining),
    ...routeCost(route, scratch, context),
  };
}

function shareOf(
  { named, route }: Seen,
  tier: readonly Seen[],
  rank: number | null,
  { context }: Explaining,
): number | null {
  const { balance } = named.alias;
  if (tier.length === 0) return 1;
  if (tier.length === 1) return 1;
  if (isDeterministic(balance)) return rank === 1 ? 1 : 0;
  const shares = sharesOf(
    tier.map((each) => each.route),
    balance,
    context.clock.now(),
  );
  return shares.get(route) ?? 0;
}

function whyHere({ named, route, skipped }: Seen, inTier: number, share: number | null): string {
  const { balance } = named.alias;
  const at = `priority ${route.priority} of \`${named.name}\``;
  if (skipped === 'cooling' || skipped === 'dead')
    return `${WORDS[skipped]} Every route is out, so the one that is due back soonest is tried all the same.`;
  if (skipped === 'full') return `${WORDS.full} It is waited for.`;
  if (inTier < 2) return `The only open route of ${at}.`;
  if (isDeterministic(balance)) return `One of ${inTier} open routes of ${at}, in the order of \`${balance}\`.`;
  const percent = Math.round((share ?? 0) * 100);
  return `One of ${inTier} open routes of ${at}; by \`${balance}\` (weight ${route.weight}) it comes first in ${percent} % of the cases.`;
}

const WORDS: Readonly<Record<WhyNot, string>> = {
  disabled: 'The route, or its backend, is switched off in the config.',
  draining: 'An operator has drained the backend.',
  dead: 'Health checks call the backend dead.',
  cooling: 'It cools down after a failure.',
  trial_under_way: 'Its cooldown is over, and the one request that may try it is under way.',
  full: 'The backend has no free slot.',
  pinned_elsewhere: 'What the request refers to is kept at another backend.',
  not_carried: 'The dialect of the backend cannot carry the request.',
  too_long: 'The conversation is too long for its model.',
  retries_used_up: 'The attempts that `fallback.max_retries` lets an alias have are used up before.',
  no_time_left: 'Its total_timeout is over before.',
  ended_before: 'The request would be over before it comes to it.',
};

function promptsOf({ name }: NamedAlias, { scratch, context }: Explaining): string[] {
  const { prompts } = context.snapshot;
  if (prompts === undefined || scratch.endpoint?.conversation !== true) return [];
  const meant = prompts.prompts.filter(({ models }) => models.some((pattern) => globMatches(pattern, name)));
  return meant.map((prompt) => prompt.name);
}

/** What the config has switched off, for whoever wonders where it is. */
function disabledRoutes({ scratch: { asked }, context }: Explaining): ExplainedRouteJson[] {
  const { models } = context.config();
  const aliases = asked === undefined ? [] : [asked, ...fallbackChain(context.snapshot, asked)];
  return aliases.flatMap((named) =>
    (models[named.alias.name]?.routes ?? [])
      .filter((route) => !route.enabled || !context.snapshot.backends.has(route.backend))
      .map((route) => ({
        alias: named.name,
        backend: route.backend,
        model: route.model.replace('*', () => named.matched),
        vendor: vendorOf(route.backend, context),
        priority: route.priority,
        weight: route.weight,
        rank: null,
        share: null,
        skipped: 'disabled' as const,
        why: WORDS.disabled,
        until: null,
        dialect: null,
        translated: false,
        dropped: [],
        refused_field: null,
        system_prompts: [],
        cost: null,
        most_output_tokens: 0,
      })),
  );
}
