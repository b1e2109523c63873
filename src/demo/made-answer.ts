import { CONSEQUENCES, type FailureKind } from '../core/failure.ts';
import type { LedgerTry } from '../core/ledger-row.ts';
import type { Consumption } from '../core/token-classes.ts';
import type { DemoModel } from '../vendors/demo-world.ts';
import { tenth, triedRoute, type Course, type Making, type Place } from './making.ts';
import type { Person } from './people.ts';
import type { SeededRandom } from './random.ts';
import { slownessAt } from './story.ts';

/** So many clients leave before their answer is whole, so many streams are cut, and so many answers end at their limit. */
const LEAVING = 0.0037;
const CUT = 0.0031;
const AT_LIMIT = 0.023;
/** What is written into the provider's cache, of the input that is not read from it. */
const CACHE_WRITTEN = 0.31;

/** An answer that came, and the try that it is of. */
export type Answered = Omit<Course, 'tries' | 'notes' | 'route'> & { readonly tried: LedgerTry };

/** How an answer ends. */
interface End {
  readonly failure: FailureKind | undefined;
  readonly detail: string | undefined;
  /** How much of it the client got. */
  readonly part: number;
}

/** Makes up the answer of a backend that works: what it used, what that costs, and how long it took. */
export function answerOf(place: Place, making: Making): Answered {
  const { asked, route, sentMs } = place;
  const { random } = making;
  const slowness = slownessAt(asked.minutes, route.backend);
  const end = endOf(random, asked.isStream);
  const used = usedBy(asked.person, route, random, end.part);
  const waitMs =
    random.around(route.ttftMs) * slowness * (1 + used.input / 60_000) + (used.reasoning / route.tokensPerSecond) * 310;
  const writingMs = ((used.output + used.reasoning * 0.2) / random.around(route.tokensPerSecond, 0.2)) * 1000;
  const ms = tenth(waitMs + writingMs);
  // What nobody waited for has no answer to count.
  const usage = end.failure === 'client_gone' ? undefined : used;
  const startedAt = asked.at + Math.round(sentMs);
  const tried: LedgerTry = {
    index: place.index,
    startedAt,
    durationMs: ms,
    ...triedRoute(route),
    reportedModel: usage && route.model,
    status: usage && 200,
    failure: end.failure,
    detail: end.detail,
    hedge: undefined,
    firstContentMs: end.failure === 'connection_reset' ? tenth(waitMs) : undefined,
    isTrial: place.isTrial,
    usage,
    cost: usage && making.prices.priceAttempt({ ...route, reportedModel: route.model }, usage, startedAt),
  };
  return {
    tried,
    ...outcomeOf(end, random),
    ttftMs: usage && tenth(sentMs + waitMs),
    durationMs: tenth(sentMs + ms + 0.6),
  };
}

function endOf(random: SeededRandom, isStream: boolean): End {
  if (random.chance(LEAVING)) return { failure: 'client_gone', detail: undefined, part: random.next() };
  if (isStream && random.chance(CUT))
    return { failure: 'connection_reset', detail: 'ECONNRESET', part: 0.1 + random.next() * 0.7 };
  return { failure: undefined, detail: undefined, part: 1 };
}

function outcomeOf(
  { failure }: End,
  random: SeededRandom,
): Pick<Course, 'status' | 'errorCode' | 'finishReason' | 'isInterrupted'> {
  if (failure === undefined)
    return {
      status: 200,
      errorCode: undefined,
      finishReason: random.chance(AT_LIMIT) ? 'length' : 'stop',
      isInterrupted: false,
    };
  const { status, code } = CONSEQUENCES[failure];
  if (failure === 'client_gone') return { status, errorCode: code, finishReason: undefined, isInterrupted: false };
  return { status: 200, errorCode: 'stream_interrupted', finishReason: undefined, isInterrupted: true };
}

function usedBy(person: Person, route: DemoModel, random: SeededRandom, part: number): Consumption {
  const all = Math.max(9, Math.round(random.around(person.input, 0.6)));
  const cacheRead =
    person.cached === 0 || random.chance(0.18)
      ? 0
      : Math.round(all * Math.min(0.97, random.around(person.cached, 0.12)));
  const isWritten = cacheRead > 0 && route.thinks === 0;
  const cacheWrite5m = isWritten ? Math.round((all - cacheRead) * CACHE_WRITTEN) : 0;
  const made = Math.max(2, Math.round(random.around(person.output, 0.7) * part));
  const reasoning = Math.round(made * route.thinks * random.next());
  return {
    input: all - cacheRead - cacheWrite5m,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h: 0,
    output: made - reasoning,
    reasoning,
    audioIn: 0,
    audioOut: 0,
    imageIn: 0,
    imageOut: 0,
    serverTools: {},
    tier: undefined,
    statedNanoUsd: undefined,
    // The backend reports at the end, which a cut stream has not.
    estimated: part < 1,
  };
}
