import type { OperationLive } from './backend-live.ts';
import type { Backend, Route } from './route.ts';

/**
 * What an exchange keeps apart from all others, because some of its attempts are only acted out (a rehearsal), or all of
 * it is only thought through (an explanation): what it finds out about those routes is nobody else's to know.
 */
export interface Apart {
  /** Nothing of it happens at all: somebody asks what would. */
  readonly isSupposed: boolean;
  /** The ids of the rehearsals that it meets. */
  readonly rehearsals: readonly string[];
  /** Whether attempts at a route are acted out: nothing is sent, no slot is taken, and nothing is learnt. */
  covers(route: Route): boolean;
  /** What cools down of a covered route, in the place of `shared`, which everybody sees. */
  cooling(route: Route, operation: string, shared: OperationLive | undefined): OperationLive | undefined;
  /** The same, from now on among what is known here. */
  remembered(route: Route, operation: string): OperationLive;
  /** Who takes a request in the place of a covered route's backend. */
  standIn(route: Route): Pick<Backend, 'send'>;
}

/** Cooldowns that count for one rehearsal or one explanation. */
export class OwnCooldowns {
  readonly #operations = new Map<string, OperationLive>();

  find(route: Route, operation: string): OperationLive | undefined {
    return this.#operations.get(keyOf(route, operation));
  }

  /** It begins as `shared` is now, if that is given. */
  remembered({ route, operation }: Asked, shared?: OperationLive): OperationLive {
    const key = keyOf(route, operation);
    let own = this.#operations.get(key);
    if (own === undefined) {
      own = { ...(shared ?? BLANK), model: route.live, name: operation, isApart: true };
      this.#operations.set(key, own);
    }
    return own;
  }
}

interface Asked {
  readonly route: Route;
  readonly operation: string;
}

const BLANK = { coolingUntil: undefined, since: 0, trial: false, lastFailure: undefined, refusedAt: undefined };

function keyOf({ key }: Route, operation: string): string {
  return `${key}\0${operation}`;
}
