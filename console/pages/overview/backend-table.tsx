import type { Backends } from '../../lib/answers.ts';
import { numberText } from '../../lib/format.ts';
import type { Resource } from '../../lib/resource.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { StateBadge } from '../../parts/badge.tsx';
import { Time } from '../../parts/figures.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { words } from './words.ts';

type Backend = Backends['backends'][number];

/** Every backend, and how it is. */
export function BackendTable({ backends }: { readonly backends: Resource<Backends> }) {
  return (
    <Table
      label={words.value.backends}
      columns={columns()}
      rows={backends.value.value?.backends}
      rowKey={({ name }) => name}
      hrefOf={({ name }) => hrefWith('/console/routes', { open: name })}
      error={backends.error.value}
      onRetry={backends.reload}
    />
  );
}

function columns(): readonly Column<Backend>[] {
  const w = words.value;
  return [
    { name: 'name', title: w.backend, cell: ({ name }) => name },
    { name: 'state', title: w.state, cell: (backend) => <StateBadge state={stateOf(backend)} /> },
    { name: 'models', title: w.models, isNumber: true, isExtra: true, cell: ({ models }) => numberText(models.length) },
    {
      name: 'in_flight',
      title: w.inFlight,
      isNumber: true,
      cell: ({ in_flight: now, limit }) =>
        limit === null ? numberText(now) : w.of(numberText(now), numberText(limit)),
    },
    { name: 'last', title: w.last, isExtra: true, cell: (backend) => <LastFailure backend={backend} /> },
  ];
}

/** That of the model that is worst off. */
function stateOf({ state, models }: Backend) {
  if (state === 'dead') return 'dead';
  const states = new Set(models.map((model) => model.state));
  return (['cooling', 'half_open'] as const).find((each) => states.has(each)) ?? 'up';
}

function LastFailure({ backend }: { readonly backend: Backend }) {
  const failures = [backend.last_miss, ...backend.models.map((model) => model.last_failure)];
  const last = failures.filter((each) => each !== null).toSorted((one, other) => other.at.localeCompare(one.at))[0];
  if (last === undefined) return <span class="nothing">{words.value.never}</span>;
  return (
    <>
      <code>{last.failure}</code> <Time at={last.at} />
    </>
  );
}
