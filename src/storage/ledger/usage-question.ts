import type { Dialect } from '../database.ts';
import type { UsageDimension, UsageQuery } from '../ledger-query.ts';
import { textValue } from '../write-value.ts';
import { type Conditions, hasDimensions } from './conditions.ts';

/** Sums that are asked for by dimensions, and by the values of a tag or not. */
export interface UsageQuestion {
  readonly query: UsageQuery;
  readonly dialect: Dialect;
  readonly groupBy: readonly UsageDimension[];
  /** The key of the tag whose rows alone are summed; undefined: all are. */
  readonly tag: string | undefined;
}

/** Whether each value of the tag is a group of its own. */
export function isByTag({ query, tag }: UsageQuestion): boolean {
  return tag !== undefined && query.groupByTag !== undefined;
}

/** Whether nothing is asked of dimensions: then they need not be known. */
export function isOfAll({ query, groupBy }: UsageQuestion): boolean {
  return groupBy.length === 0 && !hasDimensions(query) && query.key === undefined;
}

/** The columns that make a group. */
export function keysOf(question: UsageQuestion, hasBuckets: boolean): string[] {
  return [...question.groupBy, ...(isByTag(question) ? ['value'] : []), ...(hasBuckets ? ['bucket'] : [])];
}

/** Adds what is asked of the tag in the table `t`. */
export function addTag(to: Conditions, { query, tag }: UsageQuestion): void {
  if (tag === undefined) return;
  to.add(`t.key = ${to.value(textValue(tag))}`);
  if (query.tag !== undefined) to.add(`t.value = ${to.value(textValue(query.tag.value))}`);
}
