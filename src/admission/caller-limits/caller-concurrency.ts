import { AdmissionLease } from '../../core/admission-lease.ts';
import type { Caller } from '../../core/caller.ts';
import type { Exchange } from '../../core/exchange.ts';
import { Refusal } from '../../core/refusal.ts';
import type { LimitLevel, Policy } from '../policy.ts';
import { needsSlot } from '../queue/queue-slot.ts';

/** Limits how many requests of a key, of its team, and of all teams above are under way at once. */
export function callerConcurrencyPolicy(running: CallerConcurrency): Policy {
  return {
    name: 'caller_concurrency',
    check: ({ caller, endpoint }) => {
      if (endpoint?.limits === 'queue') running.check(caller);
    },
    admit: (exchange) => (needsSlot(exchange) ? running.take(exchange.caller) : undefined),
    levels: ({ caller }) => running.levels(caller),
    adopt: (exchange) => (needsSlot(exchange) && !holdsOne(exchange) ? running.adopt(exchange.caller) : undefined),
  };
}

/** Somebody whose requests are counted together, and how many of them may be under way. */
interface Count {
  readonly id: string;
  readonly limit: number | undefined;
}

/**
 * Counts the requests under way of every key and team, with a limit or without: so one that is set later counts at once.
 * A request is counted for all that it concerns, or refused, and then for none.
 */
export class CallerConcurrency {
  readonly #running = new Map<string, number>();

  /** Throws a Refusal if one more would be too many. */
  check(caller: Caller | undefined): void {
    if (caller !== undefined) this.#check(caller);
  }

  /** How many requests of a caller, and of the teams that it is in, are under way where that is limited. */
  levels(caller: Caller | undefined): LimitLevel[] {
    const counts = caller === undefined ? [] : countsOf(caller);
    return counts.flatMap(({ id, limit }) =>
      limit === undefined ? [] : [levelOf(id, limit, this.#running.get(id) ?? 0)],
    );
  }

  /** Counts one more request of a caller; undefined: it is nobody who is counted. Throws a Refusal. */
  take(caller: Caller | undefined): AdmissionLease | undefined {
    if (caller?.key === undefined) return undefined;
    return new ConcurrencyLease(this.#check(caller), this.#running);
  }

  /** The same for one that is under way already, whatever the limits say. */
  adopt(caller: Caller | undefined): AdmissionLease | undefined {
    return caller?.key === undefined ? undefined : new ConcurrencyLease(countsOf(caller), this.#running);
  }

  #check(caller: Caller): readonly Count[] {
    const counts = countsOf(caller);
    for (const count of counts) {
      const { id, limit } = count;
      if (limit !== undefined && (this.#running.get(id) ?? 0) >= limit) throw refusal(count, limit);
    }
    return counts;
  }
}

class ConcurrencyLease extends AdmissionLease {
  constructor(
    private readonly counts: readonly Count[],
    private readonly running: Map<string, number>,
  ) {
    super();
    for (const { id } of counts) running.set(id, (running.get(id) ?? 0) + 1);
  }

  protected override onSettled(): void {
    for (const { id } of this.counts) {
      const left = (this.running.get(id) ?? 0) - 1;
      if (left > 0) this.running.set(id, left);
      else this.running.delete(id);
    }
  }
}

function countsOf({ id, key, team }: Caller): Count[] {
  const counts: Count[] = [];
  if (key !== undefined) counts.push({ id, limit: key.limits.maxConcurrency });
  for (const { name, limits } of team?.lineage ?? []) counts.push({ id: TEAM + name, limit: limits.maxConcurrency });
  return counts;
}

/** No caller's id begins with it. */
const TEAM = 'team:';

function holdsOne({ leases }: Exchange): boolean {
  return leases.some((lease) => lease instanceof ConcurrencyLease);
}

function levelOf(id: string, most: number, running: number): LimitLevel {
  const isTeam = id.startsWith(TEAM);
  return {
    kind: 'concurrency',
    limit: `requests at once of the ${isTeam ? `team \`${id.slice(TEAM.length)}\`` : 'key'}`,
    key: isTeam ? `teams.${id.slice(TEAM.length)}.max_concurrency` : 'max_concurrency',
    per: undefined,
    unit: 'requests',
    most,
    left: Math.max(0, most - running),
    needed: 1,
    refuses: running >= most,
    resetMs: undefined,
  };
}

function refusal({ id }: Count, limit: number): Refusal {
  const whose = id.startsWith(TEAM) ? `team \`${id.slice(TEAM.length)}\`` : 'key';
  return new Refusal(
    'concurrency_limit_exceeded',
    `The ${whose} has ${limit} requests under way, as many as its \`max_concurrency\` lets in at once. Try again when one of them has ended.`,
    {
      headers: { 'retry-after': '1' },
      detail: `${id.startsWith(TEAM) ? `teams.${id.slice(TEAM.length)}.` : ''}max_concurrency ${limit}`,
    },
  );
}
