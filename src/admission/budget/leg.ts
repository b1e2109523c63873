import type { Attempt } from '../../core/attempt.ts';
import type { BudgetUnit } from '../../core/budget-spec.ts';
import { GIVEN_UP } from '../../records/attempt-usage.ts';
import type { Expected } from './expectation.ts';
import { nanoUsdOf, type Rates } from './pricer.ts';

/** What one attempt is expected to take: its part of a hold. Before there is an attempt, that of any that may come. */
export class Leg {
  /** Tokens of output that have come. */
  seen = 0;
  /** As many may come before more has to be held. */
  covered = 0;
  #output: number;
  #input: number;

  constructor(
    expected: Expected,
    /** Undefined: no price is known. */
    private readonly rates: Rates | undefined,
    /** The alias that its route belongs to. */
    readonly alias: string | undefined,
    readonly attempt?: Attempt,
  ) {
    this.#output = expected.output;
    this.#input = expected.input;
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
    const output = attempt.usage?.completionTokens ?? this.seen;
    // Who was given up has had the request.
    return output === 0 && !GIVEN_UP.has(attempt.failure.kind) ? 0 : this.#amount(unit, output);
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
    const rate = this.rates?.output ?? 0;
    return rate === 0 ? Infinity : Math.floor((rest * 1000) / rate);
  }

  #amount(unit: BudgetUnit, output: number): number {
    const input = this.#input;
    if (unit === 'requests') return 1;
    if (unit === 'tokens') return input + output;
    return this.rates === undefined ? 0 : nanoUsdOf(this.rates, input, output);
  }
}
