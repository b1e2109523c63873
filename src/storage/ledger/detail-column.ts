import type { LedgerRow, LedgerTry } from '../../core/ledger-row.ts';
import type { RequestDetail } from '../../core/request-detail.ts';
import type { Row } from '../database.ts';
import { textIn } from '../read-row.ts';
import { jsonValue } from '../write-value.ts';

/** What is kept of tries beyond their columns; undefined where there is nothing. */
type TryDetail = Pick<LedgerTry, 'firstContentMs' | 'coolingUntil' | 'isTrial' | 'retryAfterMs' | 'isRedone'>;

/** What stands in the column, as JSON. */
interface Stored extends RequestDetail {
  /** In the order of the tries; null: nothing. */
  readonly tries?: readonly (TryDetail | null)[] | undefined;
}

/** The value of the column `detail`: NULL where there is nothing to say, as of most requests. */
export function detailValue({ detail, tries }: LedgerRow): string | null {
  const hasTries = tries.some(saysMore);
  if (detail === undefined && !hasTries) return null;
  const stored: Stored = { ...detail, tries: hasTries ? tries.map(ofTry) : undefined };
  return jsonValue(stored);
}

/** Reads it: what it says of the request, and its tries with what it says of each. */
export function withDetail(
  row: Row,
  tries: readonly LedgerTry[],
): { readonly detail: RequestDetail | undefined; readonly tries: readonly LedgerTry[] } {
  const text = textIn(row, 'detail');
  if (text === undefined) return { detail: undefined, tries };
  const { tries: more, ...detail } = JSON.parse(text) as Stored;
  return {
    detail: Object.keys(detail).length === 0 ? undefined : detail,
    tries: more === undefined ? tries : tries.map((each) => ({ ...each, ...more[each.index] })),
  };
}

function saysMore({ firstContentMs, coolingUntil, isTrial, retryAfterMs, isRedone }: LedgerTry): boolean {
  return (
    coolingUntil !== undefined ||
    firstContentMs !== undefined ||
    retryAfterMs !== undefined ||
    isTrial === true ||
    isRedone === true
  );
}

function ofTry(tried: LedgerTry): TryDetail | null {
  if (!saysMore(tried)) return null;
  const { firstContentMs, coolingUntil, isTrial, retryAfterMs, isRedone } = tried;
  return { firstContentMs, coolingUntil, isTrial, retryAfterMs, isRedone };
}
