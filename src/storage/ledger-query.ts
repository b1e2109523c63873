import type { TOKEN_CLASSES } from '../core/token-classes.ts';
import type { LedgerRow } from '../core/ledger-row.ts';

/** What usage is grouped and searched by, beside time and tags. `alias` is the configured one (`openai/*`). */
export const DIMENSIONS = ['caller', 'team', 'owner', 'alias', 'backend', 'model'] as const;

/** Texts of rows that usage can be grouped by as well, one at a time. */
export const ROW_TEXTS = ['session', 'user_agent', 'end_user'] as const;

export type RowText = (typeof ROW_TEXTS)[number];

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
  /** Groups by a text that rows have and roll-ups do not, and by no dimension: it reads the rows themselves. */
  readonly groupByText?: RowText;
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
  /** The text of rows, where grouped by one; null: rows without it. */
  readonly text?: string | null;
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
  /** A status of 400 or above, or a stream that broke. */
  readonly failed?: boolean;
  /** More than one attempt. */
  readonly failedOver?: boolean;
  readonly errorCode?: string;
  /** An attempt failed in this way. */
  readonly failure?: string;
  readonly keyId?: string;
  readonly endUser?: string;
  readonly session?: string;
  readonly traceId?: string;
  readonly tag?: TagFilter;
  readonly unpriced?: boolean;
  readonly stream?: boolean;
  /** The least cost, in nano-USD, and the least times. */
  readonly minNanoUsd?: number;
  readonly minDurationMs?: number;
  readonly minTtftMs?: number;
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
  /**
   * Goes on where this page ends; undefined: there are no more. With it a page may have fewer rows than asked for, or none: what
   * has to be looked for row by row is looked for a tenth of a second at a time.
   */
  readonly next: SearchCursor | undefined;
}

/** Which rows are counted by steps of time: those that began at `from` or later, and before `to`. */
export interface StepsQuery {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  /** By what the natural logarithm of a time to the first content is multiplied, for its bucket. */
  readonly bucketScale: number;
}

/** The rows of one step whose times to the first content are in one bucket; undefined: they have none. */
export interface LedgerStep {
  readonly at: number;
  readonly ttftBucket: number | undefined;
  readonly requests: number;
  readonly failed: number;
  readonly refused: number;
  readonly failedOver: number;
  readonly unpriced: number;
  readonly tokens: number;
  readonly nanoUsd: number;
}

/** The rows of one step that asked for the same on behalf of the same. */
export interface LedgerNameStep {
  readonly at: number;
  readonly requests: number;
  readonly failed: number;
  readonly nanoUsd: number;
  readonly caller: string | undefined;
  readonly alias: string | undefined;
  readonly model: string | undefined;
  readonly backend: string | undefined;
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
