// What must hold of every exchange of a campaign, by what its client, the upstreams and the log tell of it.
import type { Json } from '../kit/json.ts';
import { aliasesReached, aliasFor, BACKEND_KEY, MAX_RETRIES } from './config.ts';
import type { SeenCall } from './ledger.ts';
import type { Plan } from './plan.ts';
import { wordsOf } from './plan.ts';
import type { Told } from './play.ts';

/** One exchange from all sides. */
export interface Played {
  readonly plan: Plan;
  readonly told: Told;
  readonly calls: readonly SeenCall[];
  /** Its lines in the request log. */
  readonly lines: readonly Json[];
}

/** What is wrong with an exchange; nothing if every promise was kept. */
export function violationsOf(played: Played): string[] {
  return CHECKS.flatMap((check) => Array.from(check(played)));
}

/** Generous, as everything that tells how long something may take: a machine may be busy. */
const SOON_MS = 5_000;
/** Failures of tries that depend on how quick the machine is, so that they may meet a good answer as well. */
const TIMEOUTS = new Set(['connect_timeout', 'first_byte_timeout', 'read_timeout', 'total_timeout', 'write_timeout']);

const CHECKS: readonly ((played: Played) => Iterable<string>)[] = [
  ownAnswer,
  wholeAnswer,
  brokenAnswer,
  errorAnswer,
  goodAnswerReachesClient,
  callsWithinBounds,
  callsEndWithClient,
  oneLine,
  lineTellsWhatHappened,
];

/** Whatever came back is of this exchange's calls. */
function* ownAnswer({ plan, told }: Played): Iterable<string> {
  for (const [tag, n] of told.text.matchAll(/<\/?(\d+)\.\d+\.\w>/g)) {
    if (Number(n) !== plan.n) yield `it holds ${tag}, which is of another exchange`;
  }
  if (told.text.includes(BACKEND_KEY)) yield 'it holds the key of a backend';
}

/** What looks whole is all of what the last call said. */
function* wholeAnswer(played: Played): Iterable<string> {
  const { plan, told } = played;
  if (told.ending !== 'whole') return;
  const last = inTime(played).at(-1);
  if (last === undefined) return yield 'an answer that no upstream gave';
  if (last.fault.gives !== 'whole') yield `a whole answer from a call that ends in ${last.faultName}`;
  if (told.said !== wordsOf(plan, last.tag).join('')) yield `it looks whole and is not what call ${last.tag} said`;
  if (!told.finished && last.faultName !== 'no finish') yield 'it looks whole and has no finish reason';
  if (told.status !== 200) yield `a whole answer with status ${told.status}`;
  const backend = told.headers['x-llm-proxy-backend'] ?? last.backend;
  if (backend !== last.backend) yield `x-llm-proxy-backend is ${backend}, and ${last.backend} answered`;
}

/** What broke off is the beginning of what one call said, and that call did break off, or a limit was passed. */
function* brokenAnswer(played: Played): Iterable<string> {
  const {
    plan,
    told,
    calls,
    lines: [line],
  } = played;
  if (told.ending !== 'interrupted' && told.ending !== 'broken') return;
  const wasTimeout = TIMEOUTS.has(line?.error_code);
  const by = calls.find(({ tag }) => tag === firstTagOf(told.text));
  if (by === undefined) return yield 'it broke off after what no call said';
  if (by.fault.gives !== 'part' && !wasTimeout) yield `it broke off, but not by ${by.faultName}`;
  if (told.ending === 'broken' && plan.words * plan.wordCharacters < 500_000)
    yield 'its transfer broke, although it could have been held until whole';
  if (!wordsOf(plan, by.tag).join('').startsWith(told.said)) yield `it broke off after what ${by.tag} did not say`;
  // The last error of a backend may hold words before it: such an answer is passed on when no other call did better.
  const later = inTime(played).some((call) => calls.indexOf(call) > calls.indexOf(by));
  if (later && by.fault.ownError !== true) yield `after ${by.tag} had begun an answer, others were called`;
  if (line?.interrupted !== true && (told.code === undefined || line?.error_code !== told.code))
    yield 'it broke off, and the log does not say so';
}

/** An error is one that says so, for a reason. */
function* errorAnswer(played: Played): Iterable<string> {
  const { told, calls, plan } = played;
  const { ending, status = 0, code, headers } = told;
  if (ending === 'redirected' && calls.at(-1)?.fault.gives !== 'redirection') yield 'a redirection that none gave';
  if (ending === 'refused' && calls.length > 0) yield `${code} after a backend was called`;
  if (ending !== 'error' && ending !== 'refused') return;
  if (code === 'internal_error') yield 'a bug in the gateway';
  const tag = firstTagOf(told.text);
  const by = calls.find((call) => call.tag === tag);
  // A stream that has been kept alive has its status already.
  if (status < 400 && !plan.stream && by?.faultName !== 'an error of 200') yield `an error with status ${status}`;
  if ([429, 503, 529].includes(status) && headers['retry-after'] === undefined) yield `${status} without Retry-After`;
  if (tag !== undefined) {
    const answered = inTime(played).findLast(({ fault }) => fault.gives === 'error');
    if (by === undefined || by.fault.gives !== 'error') yield `an error of ${tag}, which gave none`;
    else if (answered !== undefined && calls.indexOf(answered) > calls.indexOf(by))
      yield `the error of ${by.tag}, although ${answered.tag} answered later`;
  }
}

/** A good answer that was sent whole gets to a client that waits for it. */
function* goodAnswerReachesClient({ told, calls, lines: [line] }: Played): Iterable<string> {
  const last = calls.at(-1);
  if (last === undefined || told.ending === 'whole' || told.ending === 'left') return;
  if (last.fault.gives !== 'whole' || last.request.outcome !== 'answered') return;
  const failures = [line?.error_code, ...(line?.tries ?? []).map(({ failure }: Json) => failure)];
  if (!failures.some((failure) => TIMEOUTS.has(failure)))
    yield `${last.tag} answered well (${last.faultName}), and the client got: ${told.ending}`;
}

/** No alias is tried more often than it may be, no route that was silent again, none that the request must not reach. */
function* callsWithinBounds({ plan, calls, lines: [line] }: Played): Iterable<string> {
  const reached = aliasesReached(aliasFor(plan.model));
  for (const alias of new Set(calls.map((call) => call.alias))) {
    const own = calls.filter((call) => call.alias === alias);
    if (!reached.includes(alias)) yield `alias ${alias} was called, which is no fallback of ${plan.model}`;
    // Each route may redo one call whose connection was closed before any answer.
    const redone = new Set(own.filter(({ fault }) => fault.closes === true).map(({ backend }) => backend)).size;
    if (own.length > MAX_RETRIES + 1 + redone) yield `alias ${alias} was called ${own.length} times`;
  }
  for (const [at, call] of calls.entries()) {
    const again = calls.slice(at + 1).find(({ backend, model }) => backend === call.backend && model === call.model);
    if (call.fault.silent === true && again !== undefined) yield `${call.tag} was silent and yet tried again`;
  }
  const redone = new Set(
    calls.filter(({ fault }) => fault.closes === true).map(({ backend, model }) => `${backend} ${model}`),
  );
  if (line !== undefined && calls.length > line.attempts + redone.size)
    yield `${calls.length} calls were made, and the log tells of ${line.attempts} tries`;
}

/** No call outlives its client, and none begins when it has gone. */
function* callsEndWithClient({ told, calls }: Played): Iterable<string> {
  for (const call of calls) {
    if (call.endedAt === undefined) yield `call ${call.tag} goes on`;
    else if (call.endedAt > told.overAt + SOON_MS)
      yield `call ${call.tag} outlived its client by ${Math.round(call.endedAt - told.overAt)} ms`;
    if (call.beganAt > told.overAt + SOON_MS)
      yield `call ${call.tag} began ${Math.round(call.beganAt - told.overAt)} ms after its client had gone`;
  }
}

/** A request that never came whole may be none. */
function* oneLine({ plan, told, lines, calls }: Played): Iterable<string> {
  const mayBeNone = told.ending === 'left' && calls.length === 0 && told.status === undefined;
  if (lines.length !== 1 && !(mayBeNone && lines.length === 0)) yield `it has ${lines.length} lines in the log`;
  if (plan.manner === 'leaves while sending' && calls.length > 0) yield 'half a request was sent to a backend';
}

/** The one line agrees with what the client got. */
function* lineTellsWhatHappened({ plan, told, calls, lines: [line] }: Played): Iterable<string> {
  if (line === undefined) return;
  const { status, attempts, tries, backend, bytes_out: bytesOut } = line;
  if (line.alias !== plan.model && told.ending !== 'left') yield `the log calls its alias ${line.alias}`;
  if (tries !== undefined && tries.length !== attempts)
    yield `${attempts} attempts, and ${tries.length} tries in the log`;
  if (told.ending === 'left') return;
  if (line.stream !== plan.stream) yield `the log takes it for stream: ${line.stream}`;
  if (status === 499) yield 'the log says that its client left';
  if (told.ending === 'whole' && !calls.some((call) => call.backend === backend && told.said.includes(call.tag)))
    yield `the log says that ${backend} served it`;
  if (told.ending === 'whole' && line.interrupted === true) yield 'it was whole, and the log says interrupted';
  if (told.ending !== 'broken' && bytesOut !== told.bytes)
    yield `the log says that ${bytesOut} bytes went out, and ${told.bytes} came`;
  // Of a stream that was kept alive the status was sent before anything was known.
  const wasEarly = plan.stream && told.headers['x-llm-proxy-attempts'] === undefined;
  if (!wasEarly && status !== told.status) yield `the log says status ${status}, and ${told.status} came`;
  const { 'x-llm-proxy-attempts': shown } = told.headers;
  if (shown !== undefined && Number(shown) !== attempts)
    yield `x-llm-proxy-attempts is ${shown}, in the log ${attempts}`;
  if (told.headers['x-trace-id'] !== line.trace_id) yield `x-trace-id is ${told.headers['x-trace-id']}`;
}

/**
 * The calls that were not given up for taking too long. Where the test itself is kept from its work, one that was may
 * even have come in after the next.
 */
function inTime({ calls, lines: [line] }: Played): SeenCall[] {
  const isLast = (one: SeenCall): boolean =>
    one === calls.findLast(({ backend, model }) => backend === one.backend && model === one.model);
  const wasGivenUp = ({ backend, model }: SeenCall): boolean =>
    (line?.tries ?? []).some(
      (one: Json) => one.backend === backend && one.model === model && TIMEOUTS.has(one.failure),
    );
  return calls.filter((call) => !isLast(call) || !wasGivenUp(call));
}

/** The call of which the text is. */
function firstTagOf(text: string): string | undefined {
  return /<(\d+\.\d+\.\w)>/.exec(text)?.[1];
}
