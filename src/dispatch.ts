import { CONSEQUENCES, transportFailure } from './core/failure.ts';
import type { Exchange } from './core/exchange.ts';
import type { Aborted, Failure } from './core/failure.ts';
import type { NamedAlias, Route } from './core/route.ts';
import { Refusal } from './core/refusal.ts';
import { backoffMs } from './lib/backoff.ts';
import type { Protocol } from './protocols/protocol.ts';
import { fallbackChain } from './routing/aliases.ts';
import type { Answer } from './upstream/answer.ts';
import { tryRoute } from './upstream/attempt.ts';
import { choose, dueBackSoonest, firstUntried, hasUntried, lastResort, mayTry } from './routing/choose.ts';
import type { Choice } from './routing/choose.ts';
import type { Context } from './context.ts';
import type { Exhausted, Outcome } from './upstream/outcome.ts';
import { takeTurn, waitForRoom } from './admission/turn.ts';

/**
 * When the request's turn has come, tries route after route (L1) of alias after alias (L2) until one answers. Nothing
 * reaches the client before it returns.
 */
export async function dispatch(exchange: Exchange, protocol: Protocol, context: Context): Promise<Outcome> {
  const asked = exchange.asked;
  if (asked === undefined) throw new Error('dispatch needs an alias');
  try {
    const waiting = takeTurn(asked, exchange, context);
    if (waiting !== undefined) await waiting;
  } catch (error) {
    if (error instanceof Refusal) return { type: 'refused', refusal: error };
    throw error;
  }
  const choices = new Choices(asked, exchange, protocol, context);
  for (let choice = choices.next(); choice !== undefined; choice = choices.next()) {
    if (exchange.aborted !== undefined) return endedFromOutside(exchange.aborted, exchange);
    exchange.servedAlias = choice.named.alias;
    exchange.servedName = choice.named.name;
    const result = await tryAlias(choice, exchange, protocol, context);
    if ('type' in result) return result;
    if (!result.routedAround || !CONSEQUENCES[result.kind].nextAlias) return exhausted(exchange, asked, context, false);
  }
  const late = await tryFullOnes(asked, exchange, protocol, context);
  if (late !== undefined) return late;
  if (exchange.aborted !== undefined) return endedFromOutside(exchange.aborted, exchange);
  return exhausted(exchange, asked, context, !hasUntried(asked, exchange, context));
}

/** The client left, the deadline passed or the gateway stops while nothing was being tried. */
function endedFromOutside({ kind, limit }: Aborted, exchange: Exchange): Exhausted {
  const failure = transportFailure(kind, limit);
  exchange.lastFailure = failure;
  return { type: 'exhausted', failure, retryAfterMs: 0, everyRouteTried: false };
}

/** What is left are backends that were full all along: nothing else can serve, so they are waited for, and tried once each. */
async function tryFullOnes(
  asked: NamedAlias,
  exchange: Exchange,
  protocol: Protocol,
  context: Context,
): Promise<Outcome | undefined> {
  while (await waitForRoom(asked, exchange, context)) {
    const choice = firstUntried(asked, exchange, context);
    if (choice === undefined) return undefined;
    exchange.servedAlias = choice.named.alias;
    exchange.servedName = choice.named.name;
    const result = await tryRoute(choice.route, exchange, protocol, context);
    if ('type' in result) return result;
    if (!result.routedAround || !CONSEQUENCES[result.kind].nextAlias) return exhausted(exchange, asked, context, false);
  }
  return undefined;
}

/**
 * The aliases that have something to try, each looked at when its turn comes. If none has, the route due back soonest.
 * No generator: nearly always the first choice serves, and should cost little.
 */
class Choices {
  #taken = 0;
  #fallbacks: readonly NamedAlias[] | undefined;
  #offered = false;

  constructor(
    private readonly asked: NamedAlias,
    private readonly exchange: Exchange,
    private readonly protocol: Protocol,
    private readonly context: Context,
  ) {}

  next(): Choice | undefined {
    const { asked, exchange, protocol, context } = this;
    for (let named = this.#nextAlias(); named !== undefined; named = this.#nextAlias()) {
      const routes = choose(named, exchange, protocol, context);
      if (routes.length === 0) continue;
      this.#offered = true;
      return { named, routes };
    }
    // With every route cooling when the request begins, one is tried all the same, for it may have recovered.
    if (this.#offered || context.snapshot.config.fallback.when_all_cooling === 'reject') return undefined;
    this.#offered = true;
    const soonest = lastResort(asked, exchange, context);
    return soonest === undefined ? undefined : { named: soonest.named, routes: [soonest.route] };
  }

  /** The order of L2, the alias asked for first. Fallbacks are looked up only when it comes to them. */
  #nextAlias(): NamedAlias | undefined {
    const { asked, context } = this;
    const at = this.#taken++;
    return at === 0 ? asked : (this.#fallbacks ??= fallbackChain(context.snapshot, asked))[at - 1];
  }
}

/** One route's part in the tries of one alias. */
interface Turn {
  readonly route: Route;
  tries: number;
  failure: Failure;
  /** Monotonic milliseconds before which the upstream asked not to be tried. */
  notBefore: number | undefined;
}

/** Tries every route of the alias once, then again those whose failure may pass, while retries last. Returns the last failure if none served. */
async function tryAlias(
  choice: Choice,
  exchange: Exchange,
  protocol: Protocol,
  context: Context,
): Promise<Answer | Failure> {
  const { max_retries: maxRetries } = context.snapshot.config.fallback;
  let triesLeft = maxRetries === 0 ? choice.routes.length : maxRetries + 1;
  const turns: Turn[] = [];
  let last: Failure | undefined;
  for (const route of choice.routes) {
    if (triesLeft === 0) break;
    // Another request may have found out meanwhile.
    if (turns.length > 0 && !mayTry(route, exchange, context)) continue;
    const result = await tryRoute(route, exchange, protocol, context);
    if ('type' in result) return result;
    last = result;
    // Where nothing was sent, nothing was tried.
    if (result.kind !== 'not_carried') triesLeft--;
    if (!result.routedAround || !CONSEQUENCES[result.kind].nextRoute) return result;
    turns.push({ route, tries: 1, failure: result, notBefore: notBefore(result, context) });
  }
  if (maxRetries > 0) {
    for (let retry = 0; triesLeft > 0; retry++, triesLeft--) {
      const turn = await nextTurn(turns, retry, exchange, context);
      if (turn === undefined) break;
      const result = await tryRoute(turn.route, exchange, protocol, context);
      if ('type' in result) return result;
      last = result;
      if (!result.routedAround || !CONSEQUENCES[result.kind].nextRoute) return result;
      turn.tries++;
      turn.failure = result;
      turn.notBefore = notBefore(result, context);
    }
  }
  if (last === undefined) throw new Error('an alias without routes was chosen');
  return last;
}

/** Waits for the next route that is worth another try; undefined if there is none, or no time for the wait. */
async function nextTurn(
  turns: readonly Turn[],
  retry: number,
  exchange: Exchange,
  context: Context,
): Promise<Turn | undefined> {
  const { fallback } = context.snapshot.config;
  const now = context.clock.now();
  const worthwhile = turns.filter(
    ({ failure, route }) =>
      CONSEQUENCES[failure.kind].transient &&
      exchange.spent?.has(route.key) !== true &&
      !exchange.isTooLongFor(route) &&
      (failure.retryAfterMs ?? 0) <= fallback.retry_after_max,
  );
  const fewest = Math.min(...worthwhile.map(({ tries }) => tries));
  const turn = worthwhile.find(({ tries }) => tries === fewest);
  if (turn === undefined) return undefined;
  const waitMs =
    turn.notBefore === undefined
      ? backoffMs(retry, fallback.backoff_initial, fallback.backoff_max, context.random())
      : Math.max(0, turn.notBefore - now);
  if (now + waitMs >= exchange.deadlineAt) return undefined;
  const isTime = await waited(waitMs, exchange, context);
  return isTime && !turn.route.backend.live.isFull ? turn : undefined;
}

/** Resolves to false if the exchange was aborted meanwhile. */
function waited(waitMs: number, exchange: Exchange, { clock }: Context): Promise<boolean> {
  exchange.elsewhereMs += waitMs;
  return new Promise((resolve) => {
    const cancel = clock.after(waitMs, () => {
      stopListening();
      resolve(true);
    });
    const stopListening = exchange.onAbort(() => {
      cancel();
      resolve(false);
    });
  });
}

function notBefore({ retryAfterMs }: Failure, { clock }: Context): number | undefined {
  return retryAfterMs === undefined ? undefined : clock.now() + retryAfterMs;
}

function exhausted(exchange: Exchange, asked: NamedAlias, context: Context, everyRouteTried: boolean): Exhausted {
  const dueAt = dueBackSoonest(asked, exchange, context)?.dueAt ?? 0;
  return {
    type: 'exhausted',
    failure: exchange.lastFailure,
    retryAfterMs: Math.max(0, dueAt - context.clock.now()),
    everyRouteTried: everyRouteTried && exchange.lastFailure !== undefined,
  };
}
