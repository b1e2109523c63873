import { CONSEQUENCES } from '../core/failure.ts';
import type { LedgerTry } from '../core/ledger-row.ts';
import type { RouteNote } from '../core/request-detail.ts';
import type { DemoModel } from '../vendors/demo-world.ts';
import { answerOf } from './made-answer.ts';
import { tenth, triedRoute, type Asked, type Course, type Making, type Place } from './making.ts';
import { mishapAt, type Mishap } from './story.ts';

/** Lets a request try its routes as the gateway does: past those that cool down, and on to the next where one fails. */
export function courseOf(asked: Asked, making: Making): Course {
  const { routes } = asked.alias;
  const open = routes.filter((route) => isOpen(route, asked.at, making));
  const tries: LedgerTry[] = [];
  const notes: RouteNote[] = [];
  let sentMs = tenth(0.4 + making.random.next() * 1.9);
  let failed: { readonly mishap: Mishap; readonly route: DemoModel } | undefined;
  for (const route of routes) {
    const resting = making.cooling.get(nameOf(route));
    const note = { alias: asked.alias.name, backend: route.backend, model: route.model };
    // Where all rest, they are tried all the same.
    if (open.length > 0 && !open.includes(route)) {
      notes.push({ ...note, skipped: 'cooling', until: resting?.until, cause: resting?.cause });
      continue;
    }
    notes.push(note);
    const place: Place = { index: tries.length, route, asked, sentMs, isTrial: resting && true };
    const mishap = mishapAt(asked.minutes, route.backend, making.random);
    if (mishap === undefined) {
      making.cooling.delete(nameOf(route));
      const { tried, ...answer } = answerOf(place, making);
      return { ...answer, tries: [...tries, tried], notes, route };
    }
    tries.push(failedTry(place, mishap, making));
    sentMs = tenth(sentMs + mishap.ms);
    failed = { mishap, route };
  }
  if (failed === undefined) throw new Error(`${asked.alias.name} has no route`);
  const { status, code: errorCode } = CONSEQUENCES[failed.mishap.kind];
  const rest = { finishReason: undefined, isInterrupted: false, ttftMs: undefined, durationMs: tenth(sentMs + 0.7) };
  return { ...rest, tries, notes, route: failed.route, status, errorCode };
}

function failedTry(place: Place, mishap: Mishap, { cooling }: Making): LedgerTry {
  const { kind, status, detail, ms, cooldownMs, retryAfterMs } = mishap;
  const startedAt = place.asked.at + Math.round(place.sentMs);
  const until = cooldownMs === undefined ? undefined : Math.round(startedAt + ms + cooldownMs);
  if (until !== undefined) cooling.set(nameOf(place.route), { until, cause: `${status ?? ''} ${kind}`.trim() });
  return {
    index: place.index,
    startedAt,
    durationMs: tenth(ms),
    ...triedRoute(place.route),
    reportedModel: undefined,
    status,
    failure: kind,
    detail,
    hedge: undefined,
    coolingUntil: until,
    isTrial: place.isTrial,
    retryAfterMs,
    usage: undefined,
    cost: undefined,
  };
}

function isOpen(route: DemoModel, at: number, { cooling }: Making): boolean {
  const resting = cooling.get(nameOf(route));
  return resting === undefined || resting.until <= at;
}

function nameOf({ backend, model }: DemoModel): string {
  return `${backend}/${model}`;
}
