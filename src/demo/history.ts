import { ruleOf, teamOwner } from '../admission/budget/budget-rule.ts';
import { windowAt } from '../admission/budget/windows.ts';
import { budgetSpecOf } from '../core/budget-spec.ts';
import { sumOfConsumptions } from '../core/consumption.ts';
import type { LedgerCharge, LedgerRow } from '../core/ledger-row.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import { isUnpriced, nanoUsdOf } from '../records/cost-of-tries.ts';
import { DEMO_ALIASES, type DemoAlias } from '../vendors/demo-world.ts';
import { courseOf } from './course.ts';
import { tenth, type Asked, type Course, type Making } from './making.ts';
import {
  budgetsOfTeam,
  HISTORY_TAG,
  PEOPLE,
  SPENT_TEAM,
  storedPeople,
  tagsOf,
  type Person,
  type StoredPeople,
} from './people.ts';
import { SeededRandom } from './random.ts';
import { isBursting, requestsAt } from './story.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The hour that has the story, and a quiet one before it to compare with. */
const MINUTES = 120;

/** What there is before the gateway starts. */
export interface MadeHistory extends StoredPeople {
  /** In the order of their times, a minute at a time. */
  rows(): Generator<LedgerRow[]>;
}

/** What a history is made of. */
export interface HistoryParts {
  /** What was before this is made up: milliseconds since the epoch, a full minute. */
  readonly until: number;
  readonly prices: PriceBook;
  readonly node: string;
}

/** Makes up what happened before `until`. It is the same for all who start in the same hour, but for when it ends. */
export function historyOf({ until, prices, node }: HistoryParts): MadeHistory {
  const random = new SeededRandom(Math.floor(until / HOUR_MS));
  const people = storedPeople(random, until);
  const history = new History({ random, prices, cooling: new Map() }, people, node);
  return {
    ...people,
    *rows() {
      for (let minutes = MINUTES; minutes > 0; minutes--) yield history.minute(until, minutes);
    },
  };
}

class History {
  readonly #spent = new Map<string, number>();
  readonly #sessions = new Map<string, string>();

  constructor(
    private readonly making: Making,
    private readonly people: StoredPeople,
    private readonly node: string,
  ) {}

  /** The requests of a minute, so many minutes before `until`. */
  minute(until: number, minutes: number): LedgerRow[] {
    const { random } = this.making;
    const from = until - minutes * MINUTE_MS;
    const wanted = Math.round(random.around(requestsAt(minutes, from), 0.14));
    const burst = isBursting(minutes, BURSTING.name) ? Math.round(random.around(13, 0.2)) : 0;
    const times = Array.from({ length: wanted + burst }, (_, at) => ({
      at: from + Math.floor(random.next() * MINUTE_MS),
      person: at < wanted ? random.weighted(PEOPLE) : BURSTING,
    }));
    return times
      .toSorted((one, other) => one.at - other.at)
      .map(({ at, person }) => this.#row(this.#ask(person, at, minutes)))
      .filter((row) => row !== undefined)
      .filter((row) => row.startedAt + row.durationMs < until);
  }

  #ask(person: Person, at: number, minutes: number): Asked {
    const { random } = this.making;
    const wish = random.weighted(person.aliases);
    const alias = DEMO_ALIASES.find(({ name }) => name === wish.alias);
    if (alias === undefined) throw new Error(`the demo has no alias ${wish.alias}`);
    return { person, alias, at, minutes, isStream: random.chance(person.streams) };
  }

  /** Undefined: whoever was told that there is no money left does not try again so soon. */
  #row(asked: Asked): LedgerRow | undefined {
    const { person, minutes } = asked;
    const { random } = this.making;
    if (this.#isOverBudget(person))
      return random.chance(0.14) ? this.#refused(asked, 429, 'budget_exceeded') : undefined;
    if (isBursting(minutes, person.name) && random.chance(0.57))
      return this.#refused(asked, 429, 'rate_limit_exceeded');
    if (random.chance(0.0016)) return this.#refused({ ...asked, alias: MISTYPED }, 404, 'model_not_found');
    const course = courseOf(asked, this.making);
    const row = this.#served(asked, course);
    for (const { budget, amount } of row.charges) this.#spent.set(budget, (this.#spent.get(budget) ?? 0) + amount);
    return row;
  }

  #isOverBudget({ team }: Person): boolean {
    if (team !== SPENT_TEAM) return false;
    return rulesOf(team).some(({ id, limit }) => BigInt(this.#spent.get(id) ?? 0) >= limit);
  }

  #served(asked: Asked, course: Course): LedgerRow {
    const { tries, notes, route } = course;
    const usage = sumOfConsumptions(tries.map((tried) => tried.usage).filter((used) => used !== undefined));
    const nanoUsd = nanoUsdOf(tries);
    const out = (usage?.output ?? 0) * (asked.isStream ? 187 : 4.3) + 590;
    return {
      ...this.#asRow(asked),
      durationMs: course.durationMs,
      ttftMs: course.ttftMs,
      servedAlias: undefined,
      backend: route.backend,
      model: route.model,
      reportedModel: tries.at(-1)?.reportedModel,
      backendDialect: tries.at(-1)?.dialect,
      status: course.status,
      errorCode: course.errorCode,
      interrupted: course.isInterrupted,
      finishReason: course.finishReason,
      usage,
      nanoUsd,
      unpriced: isUnpriced(tries),
      bytesOut: Math.round(course.status < 400 ? out : 240),
      // The first route served: there is nothing more to say.
      detail: notes.length > 1 ? { routes: notes } : undefined,
      tries,
      charges: chargesOf(asked, nanoUsd ?? 0),
    };
  }

  #refused(asked: Asked, status: number, errorCode: string): LedgerRow {
    return { ...this.#asRow(asked), status, errorCode, durationMs: tenth(0.3 + this.making.random.next()) };
  }

  /** What a request says by itself, as one that nobody has served. */
  #asRow(asked: Asked): Omit<LedgerRow, 'status' | 'errorCode'> {
    const { random } = this.making;
    const { person, alias, at, isStream } = asked;
    const { dialect } = person;
    const { key } = this.people.keys.find((each) => each.key.name === person.name) ?? {};
    return {
      ...UNSERVED,
      id: random.uuidAt(at),
      traceId: random.hex(32),
      node: this.node,
      startedAt: at,
      durationMs: 0,
      overheadMs: tenth(0.5 + random.around(0.6)),
      caller: person.name,
      keyId: key?.id,
      team: person.team,
      owner: person.owner,
      session: this.#sessionOf(person),
      tags: { ...tagsOf(person), [HISTORY_TAG.key]: HISTORY_TAG.value },
      alias: alias.name,
      aliasLabel: alias === MISTYPED ? undefined : alias.name,
      clientDialect: dialect.name,
      endpoint: dialect.endpoint,
      stream: isStream,
      bytesIn: Math.round(random.around(person.input * 4.1 + 370, 0.3)),
      clientIp: person.address,
      userAgent: dialect.userAgent,
    };
  }

  /** A conversation goes on for some requests. */
  #sessionOf({ name, hasSessions }: Person): string | undefined {
    if (!hasSessions) return undefined;
    const known = this.#sessions.get(name);
    const session = known === undefined || this.making.random.chance(0.13) ? `s-${this.making.random.hex(10)}` : known;
    this.#sessions.set(name, session);
    return session;
  }
}

/** Somebody asks for a model that there is not. */
const MISTYPED: DemoAlias = { name: 'demo-caht', routes: [] };
const BURSTING = PEOPLE.find(({ rpm }) => rpm !== undefined) ?? PEOPLE[0];

const UNSERVED = {
  ttftMs: undefined,
  queueMs: undefined,
  keyGeneration: undefined,
  endUser: undefined,
  servedAlias: undefined,
  backend: undefined,
  model: undefined,
  reportedModel: undefined,
  backendDialect: undefined,
  interrupted: false,
  finishReason: undefined,
  usage: undefined,
  nanoUsd: undefined,
  unpriced: false,
  heldNanoUsd: undefined,
  cache: undefined,
  bytesOut: 214,
  tries: [],
  charges: [],
} as const;

/** The budgets of a team, as the gateway counts them. */
export function rulesOf(team: string) {
  return budgetsOfTeam(team).map((budget) => ruleOf(teamOwner(team), budgetSpecOf(budget)));
}

function chargesOf({ person, at }: Asked, amount: number): LedgerCharge[] {
  if (person.team === undefined || amount === 0) return [];
  return rulesOf(person.team).map(({ id, window }) => ({ budget: id, window: windowAt(window, at).start, amount }));
}
