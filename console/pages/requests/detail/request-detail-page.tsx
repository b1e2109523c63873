import type { ComponentChildren } from 'preact';
import { useSignal } from '@preact/signals';
import type { RequestDetail } from '../../../lib/answers.ts';
import { get } from '../../../lib/api.ts';
import { numberText } from '../../../lib/format.ts';
import { useResource } from '../../../lib/resource.ts';
import { StatusBadge } from '../../../parts/badge.tsx';
import { Duration, Money, Time } from '../../../parts/figures.tsx';
import { ErrorNotice } from '../../../parts/notice.tsx';
import { Page } from '../../../parts/page.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { Skeleton } from '../../../parts/skeleton.tsx';
import { inAndOut } from '../../../lib/tokens.ts';
import { listHref, searchSet } from '../../../lib/request-search.ts';
import { Bodies } from './bodies.tsx';
import { Changes } from './changes.tsx';
import { Charges } from './charges.tsx';
import { Cost } from './cost.tsx';
import { Facts } from './facts.tsx';
import { Neighbours } from './neighbours.tsx';
import { RequestActions } from './request-actions.tsx';
import { RouteTable } from './route-table.tsx';
import { summaryOf } from './summary.ts';
import { Timeline } from './timeline.tsx';
import { words } from './words.ts';

const FRESH_MS = 15_000;
const FRESH_POLL_MS = 500;

/** One request: what happened, why, and what it cost. */
export function RequestDetailPage({ id }: { readonly id: string }) {
  const w = words.value;
  const search = searchSet();
  const isExpected = useSignal(isFresh(id));
  const { value, error, reload } = useResource(
    id,
    async (signal) => {
      const answer = await get<RequestDetail>(`/admin/requests/${encodeURIComponent(id)}`, { signal });
      isExpected.value = !answer.ok && answer.error.status === 404 && isFresh(id);
      return answer;
    },
    isExpected.value ? { pollMs: FRESH_POLL_MS } : {},
  );
  const detail = value.value;
  return (
    <Page
      title={detail === undefined ? w.title : titleOf(detail)}
      actions={detail && <RequestActions detail={detail} />}
    >
      <div class="request-ways">
        <a href={listHref(search)}>← {w.back}</a>
        {detail && <Neighbours detail={detail} search={search} />}
      </div>
      {error.value && !isExpected.value && <ErrorNotice error={error.value} onRetry={reload} />}
      {detail !== undefined ? (
        <Whole detail={detail} />
      ) : (
        (error.value === undefined || isExpected.value) && <Skeleton lines={8} />
      )}
    </Page>
  );
}

/** An id begins with its time (UUIDv7): one that was seen live may be in the ledger only in a moment. */
function isFresh(id: string): boolean {
  return Date.now() - Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) < FRESH_MS;
}

function titleOf({ alias, model, endpoint }: RequestDetail): string {
  return alias ?? model ?? endpoint ?? words.value.title;
}

function Whole({ detail }: { readonly detail: RequestDetail }) {
  const w = words.value;
  return (
    <>
      <Summary detail={detail} />
      {detail.timeline.length > 0 && (
        <Panel title={w.timeline}>
          <Timeline detail={detail} />
        </Panel>
      )}
      <div class="columns">
        {detail.routes.length > 0 && (
          <Panel title={w.routes} flush>
            <RouteTable detail={detail} />
          </Panel>
        )}
        <Panel title={w.changes}>
          <Changes detail={detail} />
        </Panel>
      </div>
      <Panel title={w.bodies}>
        <Bodies detail={detail} />
      </Panel>
      <Panel title={w.cost}>
        <Cost detail={detail} />
        <Charges detail={detail} />
      </Panel>
      <Facts detail={detail} />
      {detail.source === 'memory' && <p class="hint">{w.memory}</p>}
    </>
  );
}

/** The sentence, the few numbers that everybody looks for, and of an error what to do. */
function Summary({ detail }: { readonly detail: RequestDetail }) {
  const w = words.value;
  const { fact } = w;
  const tokens = inAndOut(detail.usage);
  return (
    <section class="summary panel">
      <p class="summary-sentence">{summaryOf(detail)}</p>
      <dl class="summary-figures">
        <div>
          <dt class="off-screen">{w.status}</dt>
          <dd>
            <StatusBadge status={detail.status} interrupted={detail.interrupted} />
          </dd>
        </div>
        <Figure name={fact.started} value={<Time at={detail.started_at} form="full" />} />
        <Figure name={fact.duration} value={<Duration ms={detail.duration_ms} />} />
        <Figure name={fact.ttft} value={<Duration ms={detail.ttft_ms} />} />
        {tokens && <Figure name={w.tokens} value={`${numberText(tokens.input)} / ${numberText(tokens.output)}`} />}
        <Figure name={w.costShort} value={<Money usd={detail.cost_usd} />} />
      </dl>
      {detail.error?.meaning && (
        <dl class="facts summary-error">
          <div class="fact">
            <dt>{w.meaning}</dt>
            <dd>{detail.error.meaning}</dd>
          </div>
          {detail.error.remedy !== null && (
            <div class="fact">
              <dt>{w.remedy}</dt>
              <dd>{detail.error.remedy}</dd>
            </div>
          )}
        </dl>
      )}
    </section>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
