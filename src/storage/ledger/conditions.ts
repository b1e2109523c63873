import type { Dialect, Value } from '../database.ts';
import type { DimensionFilter } from '../ledger-query.ts';
import { DIMENSIONS } from '../ledger-query.ts';
import { jsonValue, textValue } from '../write-value.ts';

/** Conditions of a query, and its values: whoever adds one gets its place, `$3`. */
export class Conditions {
  readonly #parts: string[] = [];

  constructor(readonly values: Value[] = []) {}

  /** Conditions of another part of the same query: their values are among the same. */
  more(): Conditions {
    return new Conditions(this.values);
  }

  /** A value of the query; returns its place. */
  value(value: Value): string {
    return `$${this.values.push(value)}`;
  }

  add(condition: string): void {
    this.#parts.push(condition);
  }

  /** All of them, after `WHERE`. */
  get text(): string {
    return this.#parts.length === 0 ? '1 = 1' : this.#parts.join(' AND ');
  }
}

/** Adds what a filter asks of the dimensions in the table `table`. */
export function addDimensions(
  to: Conditions,
  filter: DimensionFilter,
  { table, dialect }: { table: string; dialect: Dialect },
): void {
  for (const dimension of DIMENSIONS) {
    const wanted = filter[dimension];
    if (wanted === undefined) continue;
    const column = `${table}.${dimension}`;
    const texts = wanted.filter((text) => text !== null).map((text) => textValue(text));
    const isOne = `${column} IN ${dialect.textsOf(to.value(jsonValue(texts)))}`;
    to.add(wanted.includes(null) ? `(${isOne} OR ${column} IS NULL)` : isOne);
  }
}

/** Whether a filter asks anything of the dimensions. */
export function hasDimensions(filter: DimensionFilter): boolean {
  return DIMENSIONS.some((dimension) => filter[dimension] !== undefined);
}
