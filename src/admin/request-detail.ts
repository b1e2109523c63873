import type { LedgerRow } from '../core/ledger-row.ts';
import { ERROR_CODES } from '../core/refusal.ts';
import { formatUsd } from '../lib/usd.ts';
import { tryCostJson } from './request-cost.ts';
import type { RequestDetailJson } from './request-detail-schema.ts';
import { requestJson } from './request-json.ts';
import { leftAliasesJson, routesJson } from './request-routes.ts';

/** What is known of a request besides its row. */
export interface KnownBesides extends Pick<RequestDetailJson, 'source' | 'charges'> {
  /** `otel.link`. */
  readonly traceLink: string | undefined;
}

/** One request with all that is known of it. */
export function requestDetailJson(row: LedgerRow, { source, charges, traceLink }: KnownBesides): RequestDetailJson {
  const bills = row.tries.map(tryCostJson).filter((bill) => bill !== undefined);
  return {
    ...requestJson(row),
    retries: retriesOf(row),
    timeline: timelineOf(row),
    routes: routesJson(row),
    routes_complete: row.detail?.routes !== undefined,
    left_aliases: leftAliasesJson(row),
    changes: changesOf(row),
    error: errorOf(row),
    cost: {
      tries: bills,
      total_usd: row.nanoUsd === undefined ? null : formatUsd(row.nanoUsd),
      unpriced: row.unpriced,
    },
    charges,
    trace_url: traceUrl(row, traceLink),
    source,
  };
}

function traceUrl({ detail }: LedgerRow, link: string | undefined): string | null {
  return detail?.trace === undefined || !link ? null : link.replaceAll('{trace_id}', detail.trace);
}

function retriesOf({ tries }: LedgerRow): number {
  return tries.length - new Set(tries.map(({ backend, model }) => JSON.stringify([backend, model]))).size;
}

/** The waits and the tries, in the order of their beginning. A row of an older version knows how long it was queued, not when. */
function timelineOf(row: LedgerRow): RequestDetailJson['timeline'] {
  const waits = row.detail?.waits ?? [];
  const hasQueued = waits.some((wait) => wait.for !== 'retry');
  const queue = !hasQueued && (row.queueMs ?? 0) > 0 ? [{ for: 'slot' as const, atMs: 0, ms: row.queueMs ?? 0 }] : [];
  const spans = [...queue, ...waits].map((wait) => ({
    kind: wait.for,
    start_ms: tenths(wait.atMs),
    end_ms: tenths(wait.atMs + wait.ms),
    try: null,
    first_content_ms: null,
  }));
  const { tries } = requestJson(row);
  const tried = tries.map(({ index, start_ms: start, duration_ms: duration, first_content_ms: first }) => ({
    kind: 'try' as const,
    start_ms: start,
    end_ms: tenths(start + duration),
    try: index,
    first_content_ms: first === null ? null : tenths(start + first),
  }));
  return [...spans, ...tried].toSorted((one, other) => one.start_ms - other.start_ms);
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function changesOf(row: LedgerRow): RequestDetailJson['changes'] {
  const { alias, model, clientDialect, backendDialect, detail } = row;
  const isRenamed = model !== undefined && alias !== model;
  const isTranslated = backendDialect !== undefined && clientDialect !== backendDialect;
  return {
    model: isRenamed ? { asked: alias ?? null, sent: model } : null,
    dialect: isTranslated ? { client: clientDialect ?? null, backend: backendDialect } : null,
    system_prompts: [...(detail?.prompts ?? [])],
    include_usage: row.asksUsage === true,
    output_limit: detail?.outputLimit ?? null,
    dropped: [...(detail?.dropped ?? [])],
  };
}

/** A backend's own code has no entry. */
function errorOf({ errorCode }: LedgerRow): RequestDetailJson['error'] {
  if (errorCode === undefined) return null;
  if (!Object.hasOwn(ERROR_CODES, errorCode)) return { code: errorCode, meaning: null, remedy: null };
  const { meaning, remedy } = ERROR_CODES[errorCode as keyof typeof ERROR_CODES];
  return { code: errorCode, meaning, remedy };
}
