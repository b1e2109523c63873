import { budgetSpecOf, type BudgetSpec, type MatchedBudgetSpec } from '../../core/budget-spec.ts';
import type { Caller } from '../../core/caller.ts';
import type { Alias } from '../../core/route.ts';
import type { SharedLimits, Team } from '../../core/team.ts';
import { Recent } from '../../lib/recent.ts';
import { TokenBucket } from '../../lib/token-bucket.ts';
import { Budget } from './budget.ts';
import { ALL, keyOwner, owner, perIn, ruleOf, teamOwner, type Owner } from './budget-rule.ts';
import { rateOf, type TokenRate } from './pool.ts';
import { ownerIn, type OwnerState } from './owner-state.ts';
import type { SpentRow } from './spent-source.ts';
import { isOver } from './windows.ts';

/** What counts for the requests of a caller, or for those for an alias. */
export interface Limits {
  readonly budgets: readonly Budget[];
  readonly tokenRates: readonly TokenRate[];
}

/** What is set for an alias. */
interface AliasLimits {
  readonly name: string;
  readonly budgets: readonly BudgetSpec[];
  readonly tokensPerMinute: number | undefined;
}

/** What budgets go by. What counts for keys and teams is with their callers. */
export interface BudgetSettings {
  /** Those of all requests, or of those of keys with certain tags. */
  readonly matched: readonly MatchedBudgetSpec[];
  /** Aliases for which anything is set. */
  readonly aliases: readonly AliasLimits[];
  /** The keys and teams of the config that have budgets: what there is of them is told before anybody asks. */
  readonly owners: readonly { readonly owner: Owner; readonly budgets: readonly BudgetSpec[] }[];
}

/** What counts for a caller as long as its teams are these: with any change of teams, all of them have another lineage. */
interface CallerLimits extends Limits {
  readonly lineage: readonly Team[] | undefined;
}

/** So many buckets of tokens are remembered. */
const MOST_BUCKETS = 100_000;

/** All budgets and token limits with what has become of them, by their ids; what counts is what the config in force says. */
export class BudgetBook {
  readonly #budgets = new Map<string, Budget>();
  readonly #buckets = new Recent<TokenBucket>(MOST_BUCKETS);
  readonly #earlier = new Map<string, Map<number, bigint>>();
  /** Those of owners that are no more, as of the last `forget`. */
  #leaving: ReadonlySet<string> = new Set();
  /** A caller is one object for as long as its key stays as it is. */
  #ofCallers = new WeakMap<Caller, CallerLimits>();
  /** Callers of keys made at run time that have told what their key says. */
  readonly #heard = new WeakSet<Caller>();
  #ofAliases = new Map<string, Limits>();
  #matched: readonly MatchedBudgetSpec[] = [];
  #configured: readonly Budget[] = [];

  /** What was spent before the process started, or what is known of it only now: it is added to what is known already. */
  restore(rows: readonly SpentRow[]): void {
    for (const { budget, window, amount } of rows) {
      const windows = this.#earlier.get(budget) ?? new Map<number, bigint>();
      this.#earlier.set(budget, windows.set(window, (windows.get(window) ?? 0n) + amount));
      this.#budgets.get(budget)?.recall(windows, window, amount);
    }
  }

  /** Lets settings count from now on. What was spent stays, as long as a budget has its name, unit and window. */
  configure({ matched, aliases, owners }: BudgetSettings): void {
    this.#ofCallers = new WeakMap();
    this.#matched = matched;
    this.#ofAliases = new Map();
    for (const { name, budgets, tokensPerMinute } of aliases) {
      this.#ofAliases.set(name, {
        budgets: budgets.map((spec) => this.#budgetOf(owner(`model:${name}`), spec)),
        tokenRates: tokensPerMinute === undefined ? [] : [rateOfAlias(name, tokensPerMinute)],
      });
    }
    this.#configured = [
      ...matched.map((spec) => this.#budgetOf(ALL, spec)),
      ...Array.from(this.#ofAliases.values(), (of) => of.budgets).flat(),
      ...owners.flatMap(({ owner: own, budgets }) => budgets.map((spec) => this.#budgetOf(own, spec))),
    ];
  }

  /** What counts for a caller: its key, its team with all above it, and what matches its tags. */
  ofCaller(caller: Caller): Limits {
    const lineage = caller.team?.lineage;
    const known = this.#ofCallers.get(caller);
    if (known !== undefined && known.lineage === lineage) return known;
    const limits = { ...this.#limitsOf(caller), lineage };
    this.#ofCallers.set(caller, limits);
    return limits;
  }

  /** What counts for an alias; undefined: nothing. */
  ofAlias({ name }: Pick<Alias, 'name'>): Limits | undefined {
    return this.#ofAliases.get(name);
  }

  /** The budgets that a key or a team has, as the store writes them; in use or not. */
  of(whose: Owner, budgets: SharedLimits['budgets']): Budget[] {
    return budgets.map((values) => this.#budgetOf(whose, budgetSpecOf(values)));
  }

  /** What a token limit has left, which is kept as long as it is asked for. */
  bucketOf(rate: TokenRate, now: number): TokenBucket {
    return this.#buckets.get(rate.id) ?? this.#buckets.add(rate.id, new TokenBucket(rateOf(rate), now));
  }

  /** All that have been looked up, those of keys made at run time and of older configs included. */
  all(): Iterable<Budget> {
    return this.#budgets.values();
  }

  /** Those that stand in the config. */
  configured(): Iterable<Budget> {
    return this.#configured;
  }

  /**
   * Lets go of what belongs to keys and teams that are no more, once nothing is held of it. Where another of the name may come
   * in whose window that counts, only when the window is over. All that was settled is in the ledger. What goes has to be
   * found twice, for a request that came before its key was deleted may be about to hold.
   */
  forget(stateOf: (owner: string) => OwnerState, now: number): void {
    const leaving = new Set<string>();
    for (const id of new Set([...this.#budgets.keys(), ...this.#earlier.keys()])) {
      const budget = this.#budgets.get(id);
      const of = budget?.rule.owner ?? ownerIn(id);
      const state = of === undefined ? 'here' : stateOf(of);
      if (state === 'here' || (budget?.holds ?? 0) > 0) continue;
      if (state === 'away' && !(budget?.isOver(now) ?? this.#isEarlierOver(id, now))) continue;
      if (this.#leaving.has(id)) this.#drop(id);
      else leaving.add(id);
    }
    this.#leaving = leaving;
  }

  #drop(id: string): void {
    this.#budgets.delete(id);
    this.#earlier.delete(id);
  }

  #isEarlierOver(id: string, now: number): boolean {
    const per = perIn(id);
    return [...(this.#earlier.get(id)?.keys() ?? [])].every((start) => isOver(per, start, now));
  }

  #limitsOf(caller: Caller): Limits {
    const { id, name, team, key } = caller;
    const budgets: Budget[] = [];
    const tokenRates: TokenRate[] = [];
    const add = (of: Owner, { budgets: own, tpm }: OwnLimits, noun: string, isLatest: boolean): void => {
      for (const values of own) budgets.push(this.#budgetOf(of, budgetSpecOf(values), isLatest));
      if (tpm !== undefined)
        tokenRates.push({ id: of.id, scope: `token limit of the ${noun}`, key: 'tpm', perMinute: tpm });
    };
    if (key !== undefined)
      add(keyOwner({ id, name, team: team?.name, keyId: key.id }), key.limits, 'key', this.#isNews(caller));
    // A team is one object, which says what counts now, for all requests.
    for (const each of team?.lineage ?? []) add(teamOwner(each.name), each.limits, `team \`${each.name}\``, true);
    for (const spec of this.#matched) if (fits(spec.match, key?.tags ?? {})) budgets.push(this.#budgetOf(ALL, spec));
    return { budgets, tokenRates };
  }

  /**
   * Whether what a caller's key says is the latest of that key. What keys of the config say, `configure` is told. A key made
   * at run time is another caller after each change; one that was met before may be that of a request which began before it.
   */
  #isNews(caller: Caller): boolean {
    if (caller.key?.id === undefined || this.#heard.has(caller)) return false;
    this.#heard.add(caller);
    return true;
  }

  /** The budget that a spec stands for. Only the latest spec of it says what counts from now on. */
  #budgetOf(of: Owner, spec: BudgetSpec, isLatest = true): Budget {
    const rule = ruleOf(of, spec);
    const known = this.#budgets.get(rule.id);
    if (known !== undefined) {
      if (isLatest) known.follow(rule);
      return known;
    }
    const budget = new Budget(rule, this.#earlier.get(rule.id));
    this.#budgets.set(rule.id, budget);
    return budget;
  }
}

type OwnLimits = Pick<SharedLimits, 'budgets' | 'tpm'>;

function rateOfAlias(name: string, perMinute: number): TokenRate {
  const scope = `token limit of the model \`${name}\``;
  return { id: `model:${name}`, scope, key: `rate_limit.per_model_tpm.${name}`, perMinute };
}

function fits(match: Readonly<Record<string, string>>, tags: Readonly<Record<string, string>>): boolean {
  return Object.entries(match).every(([name, value]) => {
    const tag = Object.hasOwn(tags, name) ? tags[name] : undefined;
    return tag !== undefined && (value === '*' || value === tag);
  });
}
