import type { z } from 'zod';
import type { AdminContext } from '../admin-context.ts';
import { operation } from '../operation.ts';
import { attentionOf } from './attention.ts';
import { backendsOf } from './overview-backends.ts';
import { overviewAnswer, overviewQuery, type Overview } from './overview-schema.ts';
import { seriesOf } from './overview-series.ts';
import { topsOf } from './overview-tops.ts';

/** How the gateway is doing, on one page. */
export const overviewOperations = [
  operation({
    id: 'getOverview',
    method: 'GET',
    role: 'viewer',
    path: '/admin/overview',
    summary:
      'How the gateway is doing: requests, failures, times and cost over a time, what leads, backends, and what needs attention.',
    query: overviewQuery,
    answer: overviewAnswer,
    handle: async ({ query }, context) => ({ body: await overviewOf(query, context) }),
  }),
];

async function overviewOf(asked: z.output<typeof overviewQuery>, context: AdminContext): Promise<Overview> {
  const { clock, queue, recent, snapshot } = context;
  const now = clock.wallNow();
  const backends = Array.from(snapshot.backends.values(), ({ live }) => live);
  const { series, totals, before, ...window } = await seriesOf(asked, now, context);
  const states = backendsOf(backends, clock);
  return {
    window: asked.window,
    from: timeJson(window.from),
    to: timeJson(window.to),
    now: timeJson(now),
    step_ms: window.stepMs,
    source: window.source,
    known_since: timeJson(window.source === 'ledger' ? window.from : recent.knownSince),
    series,
    totals,
    before: before ?? null,
    running: context.running(),
    waiting: queue.waiting,
    top: await topsOf(window, context),
    backends: states,
    attention: attentionOf({ backends: states, totals, before }, context),
  };
}

function timeJson(at: number): string {
  return new Date(at).toISOString();
}
