import { Attempt } from '../core/attempt.ts';
import { expectedMs, measure } from '../core/backend-live.ts';
import { releaseBytes } from '../core/buffered-bytes.ts';
import { isFinal, type Failure } from '../core/failure.ts';
import { Race } from '../core/race.ts';
import type { Hedge } from '../core/hedge-live.ts';
import { takesLonger } from '../lib/takes-longer.ts';
import type { Context } from '../context.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Candidates } from '../routing/candidates.ts';
import type { AttemptAnswer } from './answer.ts';
import { carryOut } from './attempt.ts';
import { isFitBeside, mayHedge } from './hedge-limits.ts';

/** What the first attempt of an exchange is carried out with where its alias has hedging. */
export interface Hedging {
  readonly hedge: Hedge;
  readonly candidates: Candidates;
  readonly client: Protocol;
  readonly context: Context;
}

/** An attempt that has begun. */
interface Begun {
  readonly attempt: Attempt;
  readonly result: Promise<AttemptAnswer | Failure>;
}

/**
 * Carries out the first attempt of an exchange, and beside it, if that is slow and nothing speaks against it, a second
 * one. Resolves to the answer of the one that reaches the commit point first. Undefined if neither serves: then the
 * candidates know it.
 */
export async function hedged(attempt: Attempt, hedging: Hedging): Promise<AttemptAnswer | undefined> {
  const { hedge, client, context } = hedging;
  // What is acted out neither earns hedges for others nor takes them from them.
  if (!attempt.isActed) hedge.live.earn(hedge.atMost);
  const first: Begun = { attempt, result: carryOut(attempt, client, context) };
  const afterMs = waitFor(attempt, hedge);
  const isSlow = afterMs !== undefined && (await takesLonger(first.result, afterMs, context.clock));
  const second = isSlow ? begunBeside(attempt, hedging) : undefined;
  if (second !== undefined) return race(first, second, hedging);
  const result = await first.result;
  if ('type' in result) {
    learn(attempt, hedging);
    return result;
  }
  hedging.candidates.failed(result, attempt);
  return undefined;
}

/** How long the first attempt is waited for, in milliseconds; undefined while that is not known. */
function waitFor(attempt: Attempt, { after, live }: Hedge): number | undefined {
  return after === 'p95' ? live.p95(attempt.route, kindOf(attempt)) : after;
}

function begunBeside(first: Attempt, { hedge, candidates, client, context }: Hedging): Begun | undefined {
  if (!hedge.live.hasCredit || !mayHedge(first, context)) return undefined;
  const next = candidates.beside((route) => isFitBeside(route, first, client));
  if (next === undefined) return undefined;
  if (!first.isActed) hedge.live.spend();
  const attempt = new Attempt(first.exchange, next.route, next.named, context.clock);
  attempt.isHedge = true;
  // Told at the commit point, where nothing else may come between.
  attempt.race = first.race = new Race(first, attempt);
  const result = carryOut(attempt, client, context);
  if (!first.isActed && (!attempt.isSent || attempt.isActed)) hedge.live.giveBack();
  return { attempt, result };
}

/** Waits for the two. Where both fail, it is as if the second had been tried after the first. */
async function race(first: Begun, second: Begun, hedging: Hedging): Promise<AttemptAnswer | undefined> {
  const { candidates, context } = hedging;
  try {
    const early = await Promise.race([first, second].map((begun) => begun.result.then(() => begun)));
    const earlyResult = await early.result;
    if ('type' in earlyResult) return won(earlyResult, first.attempt, hedging);
    // A final failure of the first attempt goes to the client. The loser may settle before the winner.
    if (early === first && earlyResult.kind !== 'hedge_lost' && isFinal(earlyResult)) {
      second.attempt.lose();
      candidates.failed(earlyResult, first.attempt);
      return undefined;
    }
    const lateResult = await (early === first ? second : first).result;
    if ('type' in lateResult) return won(lateResult, first.attempt, hedging);
    const [ofFirst, ofSecond] = early === first ? [earlyResult, lateResult] : [lateResult, earlyResult];
    const failures = [
      { failure: ofFirst, attempt: first.attempt },
      { failure: ofSecond, attempt: second.attempt },
    ];
    for (const { failure, attempt } of failures) {
      // One that won, and then turned out to be no answer, has ended the other, of which nothing is known.
      if (failure.kind === 'hedge_lost') continue;
      candidates.failed(failure, attempt);
      if (isFinal(failure)) break;
    }
    return undefined;
  } catch (error) {
    first.attempt.lose();
    second.attempt.lose();
    throw error;
  } finally {
    for (const begun of [first, second]) releaseAfterwards(begun, context);
  }
}

function won(answer: AttemptAnswer, first: Attempt, hedging: Hedging): AttemptAnswer {
  learn(answer.attempt, hedging);
  // Record the loser's time so far as a lower bound: that is enough for the 95th percentile.
  if (first.failure?.kind !== 'hedge_lost' || first.isActed) return answer;
  learn(first, hedging);
  const now = hedging.context.clock.now();
  if (first.ms > expectedMs(first.route.latency, now)) measure(first.route.latency, first.ms, now);
  return answer;
}

/** What an aborted attempt has taken of the memory that all share until it noticed is given back. */
function releaseAfterwards({ attempt, result }: Begun, context: Context): void {
  const letGo = (): void => {
    if (attempt.failure !== undefined) releaseBytes(attempt, context);
  };
  result.then(letGo, letGo);
}

/** Notes how long an attempt took to its commit point, or to its being given up. */
function learn(attempt: Attempt, { hedge, context }: Hedging): void {
  if (hedge.after !== 'p95' || !attempt.isSent || attempt.isActed) return;
  const ms = attempt.ended ? attempt.ms : context.clock.now() - attempt.startedAt;
  hedge.live.learn(attempt.route, kindOf(attempt), ms);
}

/** A stream begins long before a plain answer of the same model is whole. */
function kindOf({ exchange: { stream, endpoint } }: Attempt): string {
  return stream ? 'stream' : (endpoint?.operation ?? 'native');
}
