import { invalid } from './access-problem.ts';

/** Which part of a list is asked for. */
export interface PageQuery {
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
  /** Only what belongs to such teams, or is one; undefined: all. */
  readonly isSeen?: ((team: string | undefined) => boolean) | undefined;
}

/** A part of a list. */
export interface Page<T> {
  readonly data: readonly T[];
  /** Goes on where this page ends; undefined: there are no more. */
  readonly next?: string;
}

/** How many a page has, unless told, and at most. */
const USUAL = 100;
const MOST = 1000;

/** A page of entries in the order of their ranks. What is deleted or made meanwhile moves nothing else. */
export function pageOf<T>(
  all: readonly T[],
  { cursor, limit = USUAL }: PageQuery,
  rankOf: (entry: T) => string,
): Page<T> {
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST)
    throw invalid([{ path: 'limit', message: `must be a whole number from 1 to ${MOST}` }]);
  const after = cursor === undefined ? '' : rankIn(cursor);
  const rest = all
    .map((entry) => ({ entry, rank: rankOf(entry) }))
    .filter(({ rank }) => rank > after)
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1));
  const data = rest.slice(0, limit);
  const last = data.at(-1);
  const page = { data: data.map(({ entry }) => entry) };
  return last === undefined || rest.length <= limit
    ? page
    : { ...page, next: Buffer.from(last.rank).toString('base64url') };
}

function rankIn(cursor: string): string {
  const rank = Buffer.from(cursor, 'base64url').toString();
  if (Buffer.from(rank).toString('base64url') === cursor && rank !== '') return rank;
  throw invalid([{ path: 'cursor', message: 'is not one that a list has given (use `next` of the page before)' }]);
}
