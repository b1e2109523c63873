import type { TOKEN_CLASSES } from '../core/token-classes.ts';
import type { LedgerRow } from '../core/ledger-row.ts';

/** What usage is grouped and searched by, beside time and tags. `alias` is the configured one (`openai/*`). */
export const DIMENSIONS = ['caller', 'team', 'owner', 'alias', 'backend', 'model'] as const;

export type Dimension = (typeof DIMENSIONS)[number];

/** What usage is grouped by: `key_id` is that of a key which was made at run time. */
export const USAGE_DIMENSIONS = [...DIMENSIONS, 'key_id'] as const;

export type UsageDimension = (typeof USAGE_DIMENSIONS)[number];

/** A key that was made at run time, whose usage alone is asked for. */
export interface KeyFilter {
  readonly id: string;
  readonly name: string;
  readonly team: string | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** The values that are looked for, any of them; null: rows without one. */
export type DimensionFilter = { readonly [D in Dimension]?: readonly (string | null)[] };

/** A tag, as key and value. */
export interface TagFilter {
  readonly key: string;
  readonly value: string;
}

/** Which sums are asked for. */
export interface UsageQuery extends DimensionFilter {
  /** Milliseconds since the epoch: what began at `from` or later, and before `to`. */
  readonly from: number;
  readonly to: number;
  readonly groupBy?: readonly UsageDimension[];
  /** Only what this key has used, whatever it was called. */
  readonly key?: KeyFilter;
  /** Groups by the values of the tag of this key; rows without it are a group, too. */
  readonly groupByTag?: string;
  /** Groups by time: the starts of buckets, ascending, each up to the next and the last up to `to`. Whoever asks minds calendars and zones. */
  readonly buckets?: readonly number[];
  /** Only rows with this tag. With `groupByTag` its key must be the same. */
  readonly tag?: TagFilter;
  /** The most groups, those that cost the most first; `total` counts all. */
  readonly limit?: number;
}

/** The sums of a group: counts, milliseconds, bytes, tokens by class, and cost in nano-USD. */
export type UsageSums = Readonly<Record<UsageMeasure, bigint>>;

/** What is summed. `failed`: status 400 or above; `ttftMs` is over `ttftCount` rows. */
export type UsageMeasure =
  | 'requests'
  | 'failed'
  | 'interrupted'
  | 'estimated'
  | 'unpriced'
  | 'attempts'
  | 'nanoUsd'
  | 'serverTools'
  | 'durationMs'
  | 'ttftMs'
  | 'ttftCount'
  | 'queueMs'
  | 'bytesIn'
  | 'bytesOut'
  | (typeof TOKEN_CLASSES)[number];

/** One group; of its dimensions those that were asked for are there, null where rows have none. */
export interface UsageGroup {
  readonly dimensions: Readonly<Partial<Record<UsageDimension, string | null>>>;
  /** The value of the tag, where grouped by one; null: rows without it. */
  readonly tag?: string | null;
  /** The start of the bucket, where grouped by time. */
  readonly bucket?: number;
  readonly sums: UsageSums;
}

/** The answer to a usage query: with buckets in their order, else the most expensive group first. */
export interface Usage {
  readonly groups: readonly UsageGroup[];
  readonly total: UsageSums;
  /** What was counted: as asked; of a day whose rows are gone, hours (UTC) that these times lie in are counted whole. */
  readonly from: number;
  readonly to: number;
}

/** Which rows are looked for: those that meet all of it. */
export interface SearchQuery extends DimensionFilter {
  /** Milliseconds since the epoch: rows that began at `from` or later, and before `to`. */
  readonly from?: number;
  readonly to?: number;
  /** The least and the greatest status: `[400, 599]`. */
  readonly status?: readonly [number, number];
  readonly errorCode?: string;
  readonly keyId?: string;
  readonly endUser?: string;
  readonly session?: string;
  readonly traceId?: string;
  readonly tag?: TagFilter;
  readonly unpriced?: boolean;
  /** The most rows of a page. */
  readonly limit: number;
}

/** Where a page ends. Opaque; one that was not made by a search finds nothing or is refused with a `BadCursor`. */
export type SearchCursor = string;

/** A cursor that no search made. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor';
}

/** A page of a search. */
export interface SearchPage {
  readonly rows: readonly LedgerRow[];
  /** Goes on where this page ends; undefined: there are no more. */
  readonly next: SearchCursor | undefined;
}

/** A sum that is not what the rows come to. */
export interface Discrepancy {
  /** Which: an hour and its dimensions, a tag, or a budget and its window. */
  readonly of: string;
  readonly measure: string;
  readonly rows: bigint;
  readonly sum: bigint;
}

/** What `verify` found. */
export interface VerifyReport {
  readonly days: number;
  readonly rows: bigint;
  readonly rollups: bigint;
  readonly budgets: bigint;
  /** At most the first hundred. */
  readonly discrepancies: readonly Discrepancy[];
}
