import type { Overview } from '../../../src/admin/overview/overview-schema.ts';
import { compactText, durationText, moneyText, numberText, shareText } from '../../lib/format.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { Stat } from '../../parts/stat.tsx';
import { words } from './words.ts';

/** The totals of the window, each against the window before, and what runs now. */
export function Totals({ overview }: { readonly overview: Overview | undefined }) {
  const w = words.value;
  const { totals, before, running, waiting, window: from } = overview ?? {};
  const requests = (more: Readonly<Record<string, string>> = {}): string =>
    hrefWith('/console/requests', { from, ...more });
  const share = totals && shareText(totals.failed, totals.requests);
  const unpriced = totals?.unpriced ?? 0;
  return (
    <div class="stats overview-stats">
      <Stat
        label={w.running}
        value={running === undefined ? '–' : numberText(running)}
        href="/console/live"
        {...(waiting !== undefined && waiting > 0 && { note: w.waiting(numberText(waiting)) })}
      />
      <Stat
        label={w.requests}
        {...figure(totals?.requests)}
        {...change(totals?.requests, before?.requests)}
        href={requests()}
      />
      <Stat
        label={w.failed}
        {...figure(totals?.failed)}
        {...change(totals?.failed, before?.failed, 'down')}
        note={share && w.ofAll(share)}
        href={requests({ status: 'failed' })}
      />
      <Stat
        label={w.failedOver}
        {...figure(totals?.failed_over ?? undefined)}
        {...change(totals?.failed_over, before?.failed_over, 'down')}
        href={requests({ status: 'failed_over' })}
      />
      <Stat
        label={w.ttft}
        value={ms(totals?.ttft_p50_ms)}
        {...change(totals?.ttft_p50_ms, before?.ttft_p50_ms, 'down')}
        {...(typeof totals?.ttft_p95_ms === 'number' && { note: w.ttft95(ms(totals.ttft_p95_ms)) })}
        href={requests(
          typeof totals?.ttft_p95_ms === 'number' ? { min_ttft_ms: String(Math.floor(totals.ttft_p95_ms)) } : {},
        )}
      />
      <Stat
        label={w.tokens}
        {...figure(totals?.tokens)}
        {...change(totals?.tokens, before?.tokens)}
        href={hrefWith('/console/usage', { window: from, measure: 'tokens' })}
      />
      <Stat
        label={w.cost}
        value={totals ? moneyText(totals.cost_usd) : '–'}
        {...(totals && { title: `${totals.cost_usd} USD` })}
        {...change(totals && Number(totals.cost_usd), before ? Number(before.cost_usd) : undefined)}
        {...(unpriced > 0 && { note: w.unpricedNote(numberText(unpriced)) })}
        href={hrefWith('/console/usage', { window: from, measure: 'cost' })}
      />
    </div>
  );
}

function figure(value: number | undefined): { value: string; title?: string } {
  return value === undefined ? { value: '–' } : { value: compactText(value), title: numberText(value) };
}

function ms(value: number | null | undefined): string {
  return typeof value === 'number' ? durationText(value) : '–';
}

function change(now: number | null | undefined, before: number | null | undefined, good?: 'up' | 'down') {
  if (typeof now !== 'number' || typeof before !== 'number') return {};
  return { change: { now, before, ...(good && { good }) } };
}
