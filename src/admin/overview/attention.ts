import { routeGaugesOf } from '../../routing/report.ts';
import type { AdminContext } from '../admin-context.ts';
import { gatewayAttention } from './attention-gateway.ts';
import { accessAttention, budgetAttention } from './attention-limits.ts';
import type { Attention, OverviewBackend, OverviewTotals } from './overview-schema.ts';

/** What was found out already. */
export interface Found {
  readonly backends: readonly OverviewBackend[];
  readonly totals: OverviewTotals;
  readonly before: OverviewTotals | undefined;
}

const SEVERITIES: readonly Attention['severity'][] = ['critical', 'warning', 'info'];
/** A share of failures is up if it is so many percent at least, and twice what it was. */
const NOTABLE_PERCENT = 5;
const FEWEST_REQUESTS = 20;

/** What somebody should look at, the most severe first. */
export function attentionOf(found: Found, context: AdminContext): Attention[] {
  const all = [
    ...backendAttention(found.backends),
    ...aliasAttention(context),
    ...trafficAttention(found),
    ...budgetAttention(context),
    ...accessAttention(context),
    ...gatewayAttention(context),
  ];
  return all.toSorted((one, other) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity));
}

function backendAttention(backends: readonly OverviewBackend[]): Attention[] {
  return backends.flatMap(({ name, state, cause, until, cooling_models: models }): Attention[] => {
    const about = { subject: name, link: '/console/routes' };
    if (state === 'dead') return [{ ...about, kind: 'backend_dead', severity: 'critical', data: { cause } }];
    if (state !== 'cooling') return [];
    return [{ ...about, kind: 'backend_cooling', severity: 'warning', data: { models, cause, until } }];
  });
}

function aliasAttention({ snapshot, clock }: AdminContext): Attention[] {
  return Array.from(snapshot.aliases.values(), (alias) => routeGaugesOf(alias, clock))
    .filter(({ open }) => open === 0)
    .map(({ name, routes }) => ({
      kind: 'alias_without_route',
      severity: 'critical',
      subject: name,
      data: { routes },
      link: '/console/routes',
    }));
}

function trafficAttention({ totals, before }: Found): Attention[] {
  const found: Attention[] = [];
  if (totals.unpriced > 0)
    found.push({
      kind: 'unpriced',
      severity: 'warning',
      subject: '',
      data: { requests: totals.unpriced },
      link: '/console/requests?unpriced=true',
    });
  const [percent, percentBefore] = [shareOf(totals), shareOf(before)];
  const isUp = percent >= NOTABLE_PERCENT && percent >= 2 * percentBefore;
  if (totals.requests >= FEWEST_REQUESTS && isUp)
    found.push({
      kind: 'error_rate_up',
      severity: percent >= 25 ? 'critical' : 'warning',
      subject: '',
      data: { percent, percent_before: before === undefined ? null : percentBefore },
      link: '/console/requests?status=failed',
    });
  return found;
}

/** The failed in percent, to one place. */
function shareOf(totals: OverviewTotals | undefined): number {
  if (totals === undefined || totals.requests === 0) return 0;
  return Math.round((totals.failed / totals.requests) * 1000) / 10;
}
