import type { OverviewBackend } from '../../../src/admin/overview/overview-schema.ts';
import { numberText } from '../../lib/format.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { timeText } from '../../lib/zone.ts';
import { StateBadge } from '../../parts/badge.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { words } from './words.ts';

/** Every backend, how it is, and why. */
export function BackendTable({ backends }: { readonly backends: readonly OverviewBackend[] | undefined }) {
  return (
    <Table
      label={words.value.backends}
      columns={columns()}
      rows={backends}
      rowKey={({ name }) => name}
      hrefOf={({ name }) => hrefWith('/console/routes', { open: name })}
    />
  );
}

function columns(): readonly Column<OverviewBackend>[] {
  const w = words.value;
  return [
    { name: 'name', title: w.backend, cell: ({ name }) => name },
    { name: 'state', title: w.state, cell: ({ state }) => <StateBadge state={state} /> },
    { name: 'cause', title: w.cause, isExtra: true, cell: causeText },
    {
      name: 'in_flight',
      title: w.inFlight,
      isNumber: true,
      cell: ({ in_flight: now, limit }) =>
        limit === null ? numberText(now) : w.of(numberText(now), numberText(limit)),
    },
  ];
}

function causeText({ cause, until, cooling_models: models }: OverviewBackend): string {
  const time = until === null ? [] : [words.value.until(timeText(until, 'second'))];
  return [...(cause === null ? [] : [cause]), ...models.slice(0, 2), ...time].join(' · ') || '–';
}
