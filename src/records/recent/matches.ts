import type { ExchangeRecord } from '../../core/record.ts';
import { DIMENSIONS, type Dimension, type SearchQuery } from '../../storage/ledger-query.ts';
import { isUnpriced, nanoUsdOf } from '../cost-of-tries.ts';

/** Returns whether a record is one of those that are searched for. */
export type Matcher = (record: ExchangeRecord) => boolean;

/** What a search finds, of records: the conditions that it has and no others are asked. */
export function matcherOf(query: Omit<SearchQuery, 'limit'>): Matcher {
  const all = [...dimensionConditions(query), ...textConditions(query), ...otherConditions(query)];
  const [only] = all;
  if (only === undefined) return () => true;
  return all.length === 1 ? only : (record) => all.every((each) => each(record));
}

const DIMENSION_OF: Readonly<Record<Dimension, (record: ExchangeRecord) => string | undefined>> = {
  caller: ({ caller }) => caller,
  team: ({ team }) => team,
  owner: ({ key }) => key?.owner,
  alias: ({ aliasLabel }) => aliasLabel,
  backend: ({ backend }) => backend,
  model: ({ model }) => model,
};

function dimensionConditions(query: Omit<SearchQuery, 'limit'>): Matcher[] {
  return DIMENSIONS.flatMap((dimension) => {
    const wanted = query[dimension];
    if (wanted === undefined) return [];
    const of = DIMENSION_OF[dimension];
    return [(record: ExchangeRecord) => wanted.includes(of(record) ?? null)];
  });
}

function textConditions(query: Omit<SearchQuery, 'limit'>): Matcher[] {
  const texts: readonly (readonly [string | undefined, (record: ExchangeRecord) => string | undefined])[] = [
    [query.errorCode, ({ errorCode }) => errorCode],
    [query.keyId, ({ key }) => key?.id],
    [query.endUser, ({ endUser }) => endUser],
    [query.session, ({ session }) => session],
    [query.traceId, ({ traceId }) => traceId],
  ];
  return texts.flatMap(([wanted, of]) =>
    wanted === undefined ? [] : [(record: ExchangeRecord) => of(record) === wanted],
  );
}

function otherConditions(query: Omit<SearchQuery, 'limit'>): Matcher[] {
  const { from, to, status, failed, failedOver, failure, unpriced, stream, tag } = query;
  const { minNanoUsd, minDurationMs, minTtftMs } = query;
  const conditions: (Matcher | undefined)[] = [
    from === undefined ? undefined : ({ startedAt }) => startedAt >= from,
    to === undefined ? undefined : ({ startedAt }) => startedAt < to,
    status && ((record) => record.status >= status[0] && record.status <= status[1]),
    failed === true ? ({ status: own, interrupted }) => own >= 400 || interrupted : undefined,
    failedOver === true ? ({ attempts }) => attempts > 1 : undefined,
    failure === undefined ? undefined : ({ tries }) => tries.some((tried) => tried.failure === failure),
    unpriced === undefined ? undefined : ({ tries }) => isUnpriced(tries) === unpriced,
    stream === undefined ? undefined : (record) => record.stream === stream,
    tag &&
      (({ key }) => key?.tags !== undefined && Object.hasOwn(key.tags, tag.key) && key.tags[tag.key] === tag.value),
    minNanoUsd === undefined ? undefined : ({ tries }) => (nanoUsdOf(tries) ?? -1) >= minNanoUsd,
    minDurationMs === undefined ? undefined : ({ durationMs }) => durationMs >= minDurationMs,
    minTtftMs === undefined ? undefined : ({ ttftMs }) => (ttftMs ?? -1) >= minTtftMs,
  ];
  return conditions.filter((each) => each !== undefined);
}
