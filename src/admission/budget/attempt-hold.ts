import type { Attempt } from '../../core/attempt.ts';
import type { BudgetUnit } from '../../core/budget-spec.ts';
import { GIVEN_UP } from '../../records/attempt-usage.ts';
import type { Expected } from './expectation.ts';
import { nanoUsdOf, type Rates } from './pricer.ts';

/** What a part is made for. */
export interface LegPlan {
  readonly expected: Expected;
  /** The most tokens of output that may come in one piece; of a stream, those that are expected. */
  readonly mostOutput: number;
  /** Undefined: no price is known. */
  readonly rates: Rates | undefined;
}

/** What one attempt is expected to take: its part of a hold. Before there is an attempt, that of any that may come. */
export class AttemptHold {
  /** Tokens of output that have come. */
  seen = 0;
  /** As many may come before more has to be held. */
  covered = 0;
  #output: number;
  #input: number;

  constructor(
    private readonly plan: LegPlan,
    /** The alias that its route belongs to. */
    readonly alias: string | undefined,
    public attempt?: Attempt,
  ) {
    this.#output = plan.expected.output;
    this.#input = plan.expected.input;
  }

  /** Is that of an attempt from now on, if it was of none and the attempt takes just what it was made for. */
  becomes(attempt: Attempt, { rates, mostOutput }: LegPlan, alias: string): boolean {
    const { plan } = this;
    if (this.attempt !== undefined || this.alias !== alias) return false;
    if (rates !== plan.rates || mostOutput !== plan.mostOutput) return false;
    this.attempt = attempt;
    return true;
  }

  /** So much output is to be held for. */
  extend(output: number): void {
    this.#output = Math.max(this.#output, output);
  }

  /** Its backend has told how many tokens its input has. Returns whether that is more than was expected. */
  noteInput(tokens: number): boolean {
    const isMore = tokens > this.#input;
    this.#input = Math.max(this.#input, tokens);
    return isMore;
  }

  /** What is to be held for it. Once it has failed, nothing more comes: what came was paid for. */
  needed(unit: BudgetUnit): number {
    const { attempt } = this;
    if (attempt?.failure === undefined) return this.#amount(unit, this.#output);
    const isGivenUp = GIVEN_UP.has(attempt.failure.kind);
    const output = attempt.usage?.completionTokens ?? (this.seen || (isGivenUp ? attempt.unseenOutput : 0));
    // Who was given up has had the request.
    return output === 0 && !isGivenUp ? 0 : this.#amount(unit, output);
  }

  /** What it may take at most, where it answers in one piece; the same as `needed` of a stream. */
  most(unit: BudgetUnit): number {
    return this.isOver ? this.needed(unit) : this.#amount(unit, Math.max(this.#output, this.plan.mostOutput));
  }

  /** Nothing more comes of it. */
  get isOver(): boolean {
    return this.attempt?.failure !== undefined;
  }

  /** What it takes to begin, or to go on with what has come. */
  least(unit: BudgetUnit): number {
    return this.attempt?.failure === undefined ? this.#amount(unit, Math.max(1, this.seen)) : this.needed(unit);
  }

  /** How many tokens of output so much pays for, its input paid. */
  outputFor(unit: BudgetUnit, amount: number): number {
    if (unit === 'requests') return Infinity;
    const rest = amount - this.#amount(unit, 0);
    if (unit === 'tokens') return rest;
    const rate = this.plan.rates?.output ?? 0;
    return rate === 0 ? Infinity : Math.floor((rest * 1000) / rate);
  }

  #amount(unit: BudgetUnit, output: number): number {
    const input = this.#input;
    if (unit === 'requests') return 1;
    if (unit === 'tokens') return input + output;
    const { rates } = this.plan;
    return rates === undefined ? 0 : nanoUsdOf(rates, input, output);
  }
}
