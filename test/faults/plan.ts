// What happens in one exchange of a campaign, decided by the campaign's seed and the exchange's number alone.
import {
  chatAnswer,
  chatEvents,
  closeBeforeAnswer,
  closeIdle,
  cutAfter,
  json,
  pieces,
  raw,
  slowHeaders,
  splitEvery,
  sse,
  sseText,
  stall,
  stallAfter,
  status,
} from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';

/** What a client does. */
export type Manner = 'reads' | 'reads slowly' | 'leaves at once' | 'leaves midway';

/** One exchange before it is played. */
export interface Plan {
  readonly n: number;
  readonly alias: string;
  readonly stream: boolean;
  readonly manner: Manner;
  /** When one that leaves does, in milliseconds. */
  readonly leavesAfterMs: number;
  /** All that a whole answer says; nobody else's does. */
  readonly words: readonly string[];
  /** What each try at an upstream meets, in turn; the last one again and again. */
  readonly faults: readonly Fault[];
}

type Fault = keyof typeof FAULTS;

/** Aliases of a campaign; `pair` and `chain` fail over. */
export const ALIASES = ['one', 'pair', 'pair', 'chain'] as const;

/** A generator of numbers in [0, 1) that repeats itself for the same seed (Tommy Ettinger's mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The plan of exchange `n` in the campaign of `seed`. */
export function planOf(seed: number, n: number): Plan {
  const random = randomFrom(Math.imul(seed, 2654435761) + n);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const names = Object.keys(FAULTS) as Fault[];
  const length = 1 + Math.floor(random() * 12);
  const manner: Manner = random() < 0.75 ? 'reads' : pick(['reads slowly', 'leaves at once', 'leaves midway'] as const);
  return {
    n,
    alias: pick(ALIASES),
    stream: random() < 0.6,
    manner,
    leavesAfterMs: Math.floor(random() * 60),
    words: [`begin-${n}`, ...Array.from({ length }, (_, k) => ` wörd${k} 字🙂`), ` end-${n}`],
    faults: Array.from({ length: 1 + Math.floor(random() * 4) }, () => (random() < 0.45 ? 'good' : pick(names))),
  };
}

/** What the upstream of the `attempt`th try (from 0) does. */
export function replyTo(plan: Plan, attempt: number): Reply {
  const fault = plan.faults[Math.min(attempt, plan.faults.length - 1)] ?? 'good';
  return FAULTS[fault](plan);
}

const good = ({ words, stream }: Plan): Reply => (stream ? sse(chatEvents(words)) : chatAnswer(words.join('')));
/** So much of the stream as has content and does not end it. */
const begun = ({ words }: Plan): object[] => chatEvents(words).slice(0, 3);
const streamed = (plan: Plan, reply: Reply): Reply => (plan.stream ? reply : good(plan));

const FAULTS = {
  good,
  slow: (plan: Plan) => slowHeaders(40, good(plan)),
  'slow stream': (plan: Plan) => streamed(plan, sse(chatEvents(plan.words), { gapMs: 3 })),
  'split anywhere': (plan: Plan) => streamed(plan, pieces(splitEvery(sseText(chatEvents(plan.words)), 7))),
  'no [DONE]': (plan: Plan) => streamed(plan, sse(chatEvents(plan.words), { done: false })),
  'a line that is no JSON': (plan: Plan) =>
    streamed(plan, sse([...begun(plan), '{"broken', ...chatEvents(plan.words).slice(3)])),
  'dead keep-alive': (plan: Plan) => closeIdle(good(plan)),
  429: () => status(429),
  '429, soon': () => status(429, { retryAfter: 0 }),
  '429, late': () => status(429, { retryAfter: 60 }),
  500: () => status(500),
  503: () => status(503),
  401: () => status(401),
  400: () => status(400, { code: 'bad_thing', type: 'invalid_request_error' }),
  'too long': () => status(400, { code: 'context_length_exceeded', type: 'invalid_request_error' }),
  'closed before the answer': () => closeBeforeAnswer(),
  'reset before the answer': () => closeBeforeAnswer({ reset: true }),
  silence: () => stall(),
  'silence midway': (plan: Plan) => streamed(plan, stallAfter(begun(plan))),
  'silence before content': (plan: Plan) => streamed(plan, stallAfter(chatEvents(plan.words).slice(0, 1))),
  'cut midway': (plan: Plan) => (plan.stream ? cutAfter(begun(plan), { gapMs: 2 }) : cutAfter(50)),
  'reset midway': (plan: Plan) => (plan.stream ? cutAfter(begun(plan), { gapMs: 2, reset: true }) : cutAfter(80)),
  'ended early': (plan: Plan) => streamed(plan, sse(begun(plan), { done: false })),
  'an error after content': (plan: Plan) =>
    streamed(
      plan,
      sse([...begun(plan), { error: { message: 'boom', type: 'server_error', code: 'boom' } }], { done: false }),
    ),
  'an error at first': () => json(200, { error: { message: 'boom', type: 'server_error', code: 'boom' } }),
  garbage: () => raw('\x00\x01this is no HTTP\r\n\r\n'),
  'no JSON': () => json(200, '<html>oops</html>'),
  nothing: () => json(200, ''),
} as const satisfies Readonly<Record<string | number, (plan: Plan) => Reply>>;
