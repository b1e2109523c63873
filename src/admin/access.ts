import { AccessProblem } from '../admission/keys/access-problem.ts';
import type { Change } from '../admission/keys/access-change.ts';
import type { Page } from '../admission/keys/page.ts';
import type { Context } from '../context.ts';
import type { JsonAnswer } from '../core/local-answer.ts';
import { Refusal } from '../core/refusal.ts';
import { once, versionHeader } from './idempotency.ts';
import type { Call, RawCall } from './operation.ts';
import { accessOf, storeOf } from './store-of.ts';

/** A change of a key or a team, its answer remembered where the client asks for that. */
export async function changeOnce<View>(
  call: Call<unknown, unknown>,
  context: Context,
  change: (change: Change<View>) => Promise<View>,
  answerOf: (view: View) => JsonAnswer,
): Promise<JsonAnswer> {
  const { operation, actor, names, body, headers } = call;
  const made: Change<View> = { actor: actor.caller, clientIp: actor.clientIp };
  const repeatable = {
    key: headers['idempotency-key'],
    asked: [operation, names, body, headers['if-match'], actor.caller],
    store: (await storeOf(context)).idempotency,
    sealKey: accessOf(context).sealKey,
    nowMs: context.clock.wallNow(),
  };
  return await once(repeatable, async (keep) => {
    const view = await change(keep === undefined ? made : { ...made, answerOf: (shown) => keep(answerOf(shown)) });
    return answerOf(view);
  }).catch((error: unknown) => refuseProblem(error, call));
}

/** Throws the Refusal of what the rules of keys and teams do not allow; anything else as it is. */
export function refuseProblem(error: unknown, call?: Pick<RawCall, 'headers' | 'names'>): never {
  if (!(error instanceof AccessProblem)) throw error;
  const { kind, message, findings } = error;
  const [first] = findings;
  const param = first === undefined || first.path === '' ? {} : { param: first.path };
  // 412 is for those who have said which version they mean.
  const isUnasked = kind === 'conflict' && call?.headers['if-match'] === undefined;
  throw new Refusal(CODES[kind], message, { ...param, ...(isUnasked ? { status: 409 } : {}) });
}

const CODES = {
  invalid: 'invalid_request',
  absent: 'not_found',
  read_only: 'read_only',
  conflict: 'changed_meanwhile',
  taken: 'already_exists',
  in_use: 'in_use',
} as const;

/** The version that `If-Match` asks for: `"3"`, as the `ETag` of the answer before had it. */
export function expectedVersion({ headers }: Pick<RawCall, 'headers'>): number | undefined {
  const text = headers['if-match'];
  if (text === undefined || text === '*') return undefined;
  const found = /^(?:W\/)?"?(\d{1,15})"?$/.exec(text.trim());
  if (found !== null) return Number(found[1]);
  throw new Refusal('invalid_request', '`If-Match` must be the `ETag` of the answer before, such as `"3"`.');
}

/** An answer with the version of what it shows. */
export function versioned(view: { readonly version?: number }, status = 200): JsonAnswer {
  return { body: view, status, headers: versionHeader(view) };
}

/** One key or team as it is. Throws a Refusal if there is none. */
export function shown(get: () => { readonly version?: number }): JsonAnswer {
  try {
    return versioned(get());
  } catch (error) {
    return refuseProblem(error);
  }
}

/** A page of them. Throws a Refusal for what is no page. */
export function pageShown(list: () => Page<unknown>): JsonAnswer {
  try {
    const { data, next } = list();
    return { body: { data, next: next ?? null } };
  } catch (error) {
    return refuseProblem(error);
  }
}
