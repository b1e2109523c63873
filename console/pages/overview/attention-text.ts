import type { Attention } from '../../../src/admin/overview/overview-schema.ts';
import { numberText, percentText } from '../../lib/format.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { timeText } from '../../lib/zone.ts';
import { words } from './words.ts';

/** What needs attention, as a sentence with its cause. */
export function attentionText({ kind, subject, data }: Attention): string {
  const w = words.value;
  const { kinds } = w;
  const cause = text(data['cause']) || w.unknownCause;
  switch (kind) {
    case 'backend_dead':
      return kinds.backend_dead(subject, cause);
    case 'backend_cooling':
      return kinds.backend_cooling(subject, `${cause}${untilText(data['until'])}`, list(data['models']));
    case 'alias_without_route':
      return kinds.alias_without_route(subject, count(data['routes']));
    case 'budget_exceeded':
    case 'budget_near':
      return kinds[kind](subject, percent(data['percent']));
    case 'config_invalid':
      return kinds.config_invalid(list(data['problems'], 1));
    case 'key_expires':
      return kinds.key_expires(subject, timeText(text(data['expires_at']), 'list'));
    case 'error_rate_up':
      return kinds.error_rate_up(percent(data['percent']), percent(data['percent_before']));
    case 'ledger_trouble':
      return kinds.ledger_trouble(text(data['trouble']));
    case 'open_beyond_loopback':
      return kinds.open_beyond_loopback(text(data['listen']));
    default:
      return kinds[kind](count(data[COUNTED[kind]]));
  }
}

/** The member that says how many. */
const COUNTED = {
  unpriced: 'requests',
  ledger_rows_lost: 'rows',
  log_lines_dropped: 'lines',
  price_table_old: 'days',
} as const;

/** Where it is solved. `from`: the window that is looked at. */
export function attentionHref({ kind, subject, link }: Attention, from: string): string | undefined {
  if (kind === 'backend_dead' || kind === 'backend_cooling') return hrefWith('/console/routes', { backend: subject });
  if (kind === 'alias_without_route') return hrefWith('/console/routes', { q: subject });
  if (kind === 'unpriced') return hrefWith('/console/requests', { unpriced: 'true', from });
  if (kind === 'error_rate_up') return hrefWith('/console/requests', { status: 'failed', from });
  return link ?? undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? numberText(value) : '';
}

function count(value: unknown): string {
  return typeof value === 'number' ? numberText(value) : '';
}

function percent(value: unknown): string {
  return typeof value === 'number' ? percentText(value / 100) : percentText(0);
}

function list(value: unknown, most = 3): string {
  const all = Array.isArray(value) ? value.map(String) : [];
  return all.length <= most ? all.join(', ') : `${all.slice(0, most).join(', ')} +${numberText(all.length - most)}`;
}

function untilText(value: unknown): string {
  return typeof value === 'string' ? `, ${words.value.until(timeText(value, 'second'))}` : '';
}
