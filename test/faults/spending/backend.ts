// The backends of a campaign of spending: they report a usage that the test knows, or none, or a lie.
import type { Reply } from '../../kit/replies.ts';
import { cutAfter, closeBeforeAnswer, json, pieces } from '../../kit/replies.ts';
import type { Json } from '../../kit/json.ts';
import type { SeenRequest } from '../../kit/wire.ts';
import { allOf, backendDialect } from '../dialects.ts';
import { planOf, type CallFate, type Plan } from './plan.ts';

/** A usage that a lie has so many times more of. */
export const LIE = 40;
/** What every whole answer reports of its input. */
export const INPUT = 10;

/** One call of a backend. */
export interface Call {
  readonly backend: string;
  readonly fate: CallFate;
  readonly request: SeenRequest;
}

/** All calls of a campaign, by exchange. */
export class Calls {
  readonly #calls = new Map<number, Call[]>();

  constructor(private readonly seed: number) {}

  of(n: number): readonly Call[] {
    return this.#calls.get(n) ?? [];
  }

  /** What a backend does. */
  scriptOf(backend: string): (request: SeenRequest) => Reply {
    return (request) => {
      if (request.method !== 'POST') return json(200, { object: 'list', data: [] });
      const dialect = backendDialect(request);
      const n = Number(/exchange (\d+) /.exec(dialect.asked(request)?.prompt ?? '')?.[1]);
      const plan = planOf(this.seed, n);
      const calls = this.#calls.get(n) ?? [];
      this.#calls.set(n, calls);
      const fate = plan.fates[Math.min(calls.length, plan.fates.length - 1)] ?? 'good';
      calls.push({ backend, fate, request });
      return replyOf(plan, fate, dialect);
    };
  }
}

type Dialect = ReturnType<typeof backendDialect>;

function replyOf(plan: Plan, fate: CallFate, dialect: Dialect): Reply {
  const said = Array.from({ length: plan.words }, (_, k) => ` w${k}`);
  const events = (): string[] => allOf(dialect.events(said));
  const answer = (): Json => dialect.answer(said);
  const { stream } = plan;
  switch (fate) {
    case 'good':
      return stream ? pieces(events()) : json(200, answer());
    case 'slow':
      return stream ? pieces(events(), { gapMs: 2 }) : pieces([JSON.stringify(answer())], JSON_AFTER);
    case 'no usage':
      return stream
        ? pieces(events().map((event) => changed(event, undefined)))
        : json(200, counted(answer(), undefined));
    case 'lies':
      return stream ? pieces(events().map((event) => changed(event, LIE))) : json(200, counted(answer(), LIE));
    case 'cut':
      return stream
        ? cutAfter(
            events()
              .slice(0, Math.ceil(plan.words / 2))
              .join(''),
          )
        : cutAfter(JSON.stringify(answer()).slice(0, 40));
    case 'cut in the head':
      return closeBeforeAnswer();
    case 'error':
      return json(500, dialect.error({ status: 500, message: 'no', type: 'server_error', code: 'boom' }));
    case 'refused':
      return json(429, dialect.error({ status: 429, message: 'slow down', type: 'rate_limit_error', code: null }));
    case 'silent':
      // Long enough for a hedge; what happens after a limit in time would depend on the machine.
      return slowCut();
    case 'endless':
      return pieces(endless(dialect), { gapMs: 1 });
  }
}

function slowCut(): Reply {
  return {
    async send(wire) {
      await wire.wait(200);
      wire.cut();
    },
  };
}

const JSON_AFTER = { headers: { 'content-type': 'application/json' }, gapMs: 20 };

/** Far more than any budget has: it has to be cut, or left. */
function* endless(dialect: Dialect): Generator<string> {
  const { before, content } = dialect.events(Array.from({ length: 5000 }, (_, k) => ` w${k}`));
  yield* before;
  yield* content;
}

/** The same event with other counts. */
function changed(event: string, times: number | undefined): string {
  return event.replace(
    /^data: (\{.*\})$/m,
    (_, data: string) => `data: ${JSON.stringify(counted(JSON.parse(data), times))}`,
  );
}

/** Every count of tokens so many times as large; undefined: none at all. */
function counted(value: Json, times: number | undefined): Json {
  if (Array.isArray(value)) return value.map((each) => counted(each, times));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, Json>).flatMap(([name, inner]) => {
      if (times === undefined && (name === 'usage' || name === 'usageMetadata')) return [];
      const isCount = typeof inner === 'number' && /tokens|TokenCount/.test(name) && !name.startsWith('max');
      return [[name, isCount ? inner * (times ?? 1) : counted(inner, times)]];
    }),
  );
}
