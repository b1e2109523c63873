import { isStillAdmitted } from '../admission/still-admitted.ts';
import type { Exchange } from '../core/exchange.ts';
import type { AdminContext } from './admin-context.ts';
import type { RawCall } from './operation.ts';
import { TeamScope } from './team-scope.ts';

/** So often it is asked whether whoever gets an answer may still have it. */
const CHECK_MS = 1000;

/**
 * The pieces of a long answer, as long as whoever asked would be let in to it: a session that has ended, a key that was
 * revoked, a role or a team that was taken away ends what they opened.
 */
export class WhileAdmitted implements AsyncIterable<string>, AsyncIterator<string, undefined> {
  readonly #pieces: AsyncIterator<string, unknown>;
  readonly #teams: string;
  #next: Promise<IteratorResult<string, unknown>> | undefined;
  #checkedAt: number;

  constructor(
    pieces: AsyncIterable<string>,
    private readonly exchange: Exchange,
    private readonly call: Pick<RawCall, 'scope'>,
    private readonly context: AdminContext,
  ) {
    this.#pieces = pieces[Symbol.asyncIterator]();
    this.#teams = teamsOf(call.scope);
    this.#checkedAt = context.clock.now();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    for (;;) {
      this.#next ??= this.#pieces.next();
      const found = await this.#within(this.#next);
      if (this.context.clock.now() - this.#checkedAt >= CHECK_MS) {
        if (!(await this.#isAdmitted())) return await this.return();
        this.#checkedAt = this.context.clock.now();
      }
      if (found === undefined) continue;
      this.#next = undefined;
      return found.done === true ? { done: true, value: undefined } : found;
    }
  }

  /** Whatever is still being made of the answer is not waited for. */
  return(): Promise<IteratorResult<string, undefined>> {
    this.#next?.catch(() => undefined);
    this.#pieces.return?.().catch(() => undefined);
    return Promise.resolve({ done: true, value: undefined });
  }

  /** What comes; undefined: it does not come before the next check. */
  async #within(
    next: Promise<IteratorResult<string, unknown>>,
  ): Promise<IteratorResult<string, undefined> | { readonly done: true } | undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const cancel = this.context.clock.after(CHECK_MS, () => resolve(undefined));
    try {
      const found = await Promise.race([next, promise]);
      return found?.done === true ? { done: true } : found;
    } finally {
      cancel();
    }
  }

  async #isAdmitted(): Promise<boolean> {
    const { context, exchange, call } = this;
    const { scope } = call;
    const inForce = { ...context, snapshot: context.snapshotInForce() };
    if (!(await isStillAdmitted(exchange, inForce))) return false;
    const own = exchange.caller?.session?.teams ?? [];
    return scope === undefined || teamsOf(new TeamScope(own, context.callers.teams)) === this.#teams;
  }
}

function teamsOf(scope: TeamScope | undefined): string {
  return JSON.stringify(scope?.names ?? []);
}
