import { AdmissionLease } from './admission-lease.ts';
import type { Attempt } from './attempt.ts';
import type { LedgerCharge } from './ledger-row.ts';
import type { ExchangeRecord } from './record.ts';
import type { Refusal } from './refusal.ts';
import type { NamedAlias } from './route.ts';

/** What is left of a limit of tokens; `resetMs`: until all of it is there again. */
export interface TokenLimit {
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
}

/** What a record tells of what its exchange took. */
export type RecordedSpend = Pick<ExchangeRecord, 'tries' | 'attempts' | 'status'>;

/**
 * A hold on budgets and on limits of tokens: what an exchange is expected to cost. Whoever makes attempts asks it before
 * each, and tells it how an answer grows; what it really cost is settled with the record.
 */
export abstract class SpendLease extends AdmissionLease {
  /** The alias that the client asked for, where a budget has let the request have another instead. */
  abstract readonly requestedAlias: NamedAlias | undefined;
  /** The most that was held at any moment, in nano-USD; undefined: no budget in USD counts. */
  abstract readonly mostHeldNanoUsd: number | undefined;
  /** What is told of budgets with `x-llm-proxy-budget`; undefined: nothing. */
  abstract readonly budgetHeader: string | undefined;
  /** The token limit that is nearest to its end; undefined: there is none. */
  abstract readonly tokenLimit: TokenLimit | undefined;

  /** An attempt is about to be sent. Holds what it takes more; if a hard budget has not got it, says why it may not be sent. */
  abstract begins(attempt: Attempt): Refusal | undefined;

  /**
   * So many tokens of a streamed answer have come since it began, and its backend has told how many the request has. If a
   * hard budget has nothing left for more, says so.
   */
  abstract grew(attempt: Attempt, outputTokens: number, inputTokens?: number): Refusal | undefined;

  /** What an exchange that is over has taken from each budget. It is settled with the same. */
  abstract charges(spend: RecordedSpend): readonly LedgerCharge[];
}

/** A stream must end, for a hard budget has nothing left for it. */
export class OverBudget extends Error {
  override readonly name = 'OverBudget';

  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}
