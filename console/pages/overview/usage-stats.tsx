import type { Backends, Usage } from '../../lib/answers.ts';
import { compactText, moneyText, numberText, shareText } from '../../lib/format.ts';
import { Stat } from '../../parts/stat.tsx';
import { words } from './words.ts';

/** The totals of the window, and what runs now. */
export function UsageStats({
  usage,
  backends,
}: {
  readonly usage: Usage | undefined;
  readonly backends: Backends | undefined;
}) {
  const w = words.value;
  const total = usage?.total;
  const share = total && shareText(total.failed, total.requests);
  return (
    <div class="stats">
      <Stat
        label={w.running}
        value={backends ? numberText(backends.requests.running) : '–'}
        note={backends && backends.requests.waiting > 0 ? w.waiting(numberText(backends.requests.waiting)) : undefined}
      />
      <Stat label={w.requests} {...figure(total?.requests)} />
      <Stat label={w.failed} {...figure(total?.failed)} note={share && w.ofAll(share)} />
      <Stat label={w.tokens} {...figure(total?.total_tokens)} />
      <Stat
        label={w.cost}
        value={total ? moneyText(total.cost_usd) : '–'}
        {...(total && { title: `${total.cost_usd} USD` })}
        note={total && total.unpriced_requests > 0 ? w.unpriced(numberText(total.unpriced_requests)) : undefined}
      />
    </div>
  );
}

function figure(value: number | undefined): { value: string; title?: string } {
  return value === undefined ? { value: '–' } : { value: compactText(value), title: numberText(value) };
}
