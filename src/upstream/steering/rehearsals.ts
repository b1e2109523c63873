import { OwnCooldowns, type Apart } from '../../core/apart.ts';
import type { OperationLive } from '../../core/backend-live.ts';
import { ANONYMOUS } from '../../core/caller.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { ExchangeRecord } from '../../core/record.ts';
import type { Backend, Route } from '../../core/route.ts';
import type { Clock } from '../../lib/clock.ts';
import { actedBackend, type RehearsedFailure } from './acted-backend.ts';

/** What is to be rehearsed. */
export interface RehearsalPlan {
  readonly backend: string;
  readonly failure: RehearsedFailure;
  /** The caller whose requests meet it, by its id, and as people call it. */
  readonly callerId: string;
  readonly caller: string;
  readonly keyId: string | undefined;
  readonly seconds: number;
  /** The part of its requests that meet it. */
  readonly share: number;
  readonly startedBy: string;
}

/** A rehearsal that is under way, and what came of it so far. */
export interface Rehearsal extends RehearsalPlan {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endsAt: number;
  requests: number;
  attempts: number;
  served: number;
}

/** Told of the beginning and the end of each. */
export interface RehearsalListener {
  began(rehearsal: Rehearsal): void;
  ended(rehearsal: Rehearsal, cause: string): void;
}

/** No more than so many at once: each is looked at with every request. */
export const MOST_REHEARSALS = 20;

/** What a rehearsal is acted out with. */
interface Play {
  readonly rehearsal: Rehearsal;
  /** What is known of the backend in this rehearsal: it begins with nothing. */
  readonly cooldowns: OwnCooldowns;
  readonly standIn: Pick<Backend, 'send'>;
  readonly cancel: () => void;
}

/** Lets backends fail for the requests of one caller, and of nobody else, so that failover can be watched. */
export class Rehearsals {
  readonly #plays = new Map<string, Play>();
  /** Attempts that were let fail, by backend. */
  readonly attempts = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly random: () => number,
    private readonly listener: RehearsalListener,
  ) {}

  get count(): number {
    return this.#plays.size;
  }

  all(): Rehearsal[] {
    return Array.from(this.#plays.values(), ({ rehearsal }) => rehearsal);
  }

  /** Begins one, in the place of another of the same caller at the same backend. Undefined: there are too many. */
  begin(plan: RehearsalPlan): Rehearsal | undefined {
    const same = this.all().find(({ backend, callerId }) => backend === plan.backend && callerId === plan.callerId);
    if (same !== undefined) this.end(same.id, 'another takes its place');
    if (this.count >= MOST_REHEARSALS) return undefined;
    const startedAt = this.clock.wallNow();
    const id = Bun.randomUUIDv7();
    const ms = plan.seconds * 1000;
    const rehearsal = { ...plan, id, startedAt, endsAt: startedAt + ms, requests: 0, attempts: 0, served: 0 };
    const cancel = this.clock.after(ms, () => this.end(id, 'its time is over'));
    this.#plays.set(id, {
      rehearsal,
      cooldowns: new OwnCooldowns(),
      standIn: actedBackend(plan.failure),
      cancel,
    });
    this.listener.began(rehearsal);
    return rehearsal;
  }

  /** Ends one for requests that begin from now on; undefined: there is none of this id. */
  end(id: string, cause: string): Rehearsal | undefined {
    const play = this.#plays.get(id);
    if (play === undefined) return undefined;
    this.#plays.delete(id);
    play.cancel();
    this.listener.ended(play.rehearsal, cause);
    return play.rehearsal;
  }

  /** Ends all of them. */
  close(): void {
    for (const id of this.#plays.keys()) this.end(id, 'the gateway stops');
  }

  /** Lets a request whose caller is known meet the rehearsals that are for it. */
  meet(exchange: Exchange): void {
    if (this.#plays.size === 0) return;
    const { share, plays } = this.#for(exchange);
    if (plays.length === 0 || this.random() >= share) return;
    for (const { rehearsal } of plays) rehearsal.requests++;
    exchange.attempts.apart = new Acted(plays);
  }

  /** What a request of a caller would meet, for whoever asks: it is not counted. */
  met(exchange: Exchange): Apart | undefined {
    const { plays } = this.#for(exchange);
    return plays.length === 0 ? undefined : new Acted(plays);
  }

  /** Counts what came of a request that has met some. */
  record({ rehearsals, tries, status, interrupted }: ExchangeRecord): void {
    for (const { backend, isActed } of tries)
      if (isActed === true) this.attempts.set(backend, (this.attempts.get(backend) ?? 0) + 1);
    for (const id of rehearsals ?? []) {
      const rehearsal = this.#plays.get(id)?.rehearsal;
      if (rehearsal === undefined) continue;
      rehearsal.attempts += tries.filter(
        ({ backend, isActed }) => isActed === true && backend === rehearsal.backend,
      ).length;
      if (status < 400 && !interrupted) rehearsal.served++;
    }
  }

  #for({ caller = ANONYMOUS }: Exchange): { share: number; plays: readonly Play[] } {
    const plays = [...this.#plays.values()].filter(({ rehearsal }) => rehearsal.callerId === caller.id);
    return { share: Math.max(0, ...plays.map(({ rehearsal }) => rehearsal.share)), plays };
  }
}

/**
 * The rehearsals that a request meets, until it is over: one that ends meanwhile must not let what was acted out count for
 * everybody.
 */
class Acted implements Apart {
  readonly isSupposed = false;

  constructor(private readonly plays: readonly Play[]) {}

  get rehearsals(): readonly string[] {
    return this.plays.map(({ rehearsal }) => rehearsal.id);
  }

  covers(route: Route): boolean {
    return this.#of(route) !== undefined;
  }

  cooling(route: Route, operation: string): OperationLive | undefined {
    return this.#of(route)?.cooldowns.find(route, operation);
  }

  remembered(route: Route, operation: string): OperationLive {
    return this.#played(route).cooldowns.remembered({ route, operation });
  }

  standIn(route: Route): Pick<Backend, 'send'> {
    return this.#played(route).standIn;
  }

  #of({ backend }: Route): Play | undefined {
    return this.plays.find(({ rehearsal }) => rehearsal.backend === backend.name);
  }

  #played(route: Route): Play {
    const play = this.#of(route);
    if (play === undefined) throw new Error(`nothing is rehearsed at ${route.backend.name}`);
    return play;
  }
}
