import { CONSEQUENCES, type FailureKind } from '../core/failure.ts';
import type { LedgerRow, LedgerTry } from '../core/ledger-row.ts';
import type { RouteNote } from '../core/request-detail.ts';
import type { RequestDetailJson, ROUTE_STATES } from './request-detail-schema.ts';

type RouteJson = RequestDetailJson['routes'][number];
type RouteState = (typeof ROUTE_STATES)[number];

/** What became of a route, in a few words. */
const WORDS: Readonly<Record<RouteState, string>> = {
  served: 'served the request',
  tried: 'was tried',
  not_capable: 'speaks another dialect, which cannot say what the request asks for',
  cooling: 'was cooling down after a failure',
  half_open: 'was half open, and another request was its trial',
  unhealthy: 'was dead, as health checks had found',
  draining: 'was drained by an operator',
  disabled: 'is switched off in the config',
  full: 'had no free slot',
  pinned: 'does not know what the request refers to: another backend keeps it',
  failed: 'had failed for this request already, in a way that does not pass',
  too_long: 'has a context window that was too small for this request',
  no_time: 'could not be tried any more: the time limit was over',
  not_reached: 'was not reached',
};

/** Each route that was considered, and why it was tried or was not. */
export function routesJson(row: LedgerRow): RouteJson[] {
  const served =
    row.status < 400 || row.interrupted ? row.tries.findLast(({ failure }) => failure === undefined) : undefined;
  const notes = row.detail?.routes ?? [];
  const seen = new Set<LedgerTry>();
  const routes = notes.map((note) => {
    const tries = note.skipped === undefined ? row.tries.filter((tried) => isOf(tried, note)) : [];
    for (const tried of tries) seen.add(tried);
    return routeJson(note, tries, served ?? lastBroken(row));
  });
  const others = Map.groupBy(
    row.tries.filter((tried) => !seen.has(tried)),
    ({ backend, model }) => JSON.stringify([backend, model]),
  );
  for (const tries of others.values()) {
    const [first] = tries;
    if (first === undefined) continue;
    const alias = row.servedAlias ?? row.aliasLabel ?? '';
    routes.push(routeJson({ alias, backend: first.backend, model: first.model }, tries, served ?? lastBroken(row)));
  }
  return routes;
}

/** The aliases that were given up for another, and why. */
export function leftAliasesJson(row: LedgerRow): RequestDetailJson['left_aliases'] {
  const notes = row.detail?.routes ?? [];
  const all = [...new Set(notes.map(({ alias }) => alias))];
  // The alias of the row is the one that served, or that came last.
  return all
    .filter((alias) => alias !== row.aliasLabel)
    .map((alias) => {
      const wasTried = notes.some(
        (note) => note.alias === alias && note.skipped === undefined && row.tries.some((tried) => isOf(tried, note)),
      );
      return wasTried
        ? { alias, reason: 'every_try_failed' as const, words: 'every route that was tried has failed' }
        : { alias, reason: 'no_route_available' as const, words: 'none of its routes could be tried' };
    });
}

/** A stream that broke off has served as well. */
function lastBroken(row: LedgerRow): LedgerTry | undefined {
  return row.interrupted ? row.tries.at(-1) : undefined;
}

function isOf({ backend, model }: LedgerTry, note: RouteNote): boolean {
  return backend === note.backend && model === note.model;
}

function routeJson(note: RouteNote, tries: readonly LedgerTry[], served: LedgerTry | undefined): RouteJson {
  const last = tries.at(-1);
  const state = stateOf(note, tries, served);
  const kind = state === 'tried' ? last?.failure : undefined;
  return {
    alias: note.alias === '' ? null : note.alias,
    backend: note.backend,
    model: note.model,
    state,
    words: kind === undefined ? WORDS[state] : wordsOf(kind),
    cause: note.cause ?? last?.failure ?? null,
    until: timeJson(note.until ?? last?.coolingUntil),
    tries: tries.map(({ index }) => index),
  };
}

function stateOf({ skipped }: RouteNote, tries: readonly LedgerTry[], served: LedgerTry | undefined): RouteState {
  if (skipped !== undefined) return skipped;
  if (tries.length === 0) return 'not_reached';
  if (served !== undefined && tries.includes(served)) return 'served';
  return tries.every(({ failure }) => failure === 'not_carried') ? 'not_capable' : 'tried';
}

/** What the failure table says of a failure. */
function wordsOf(kind: string): string {
  return Object.hasOwn(CONSEQUENCES, kind) ? CONSEQUENCES[kind as FailureKind].words : WORDS.tried;
}

function timeJson(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
