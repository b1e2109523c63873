import type { RequestDetail } from '../../../lib/answers.ts';
import { numberText } from '../../../lib/format.ts';
import { Badge, type Tone } from '../../../parts/badge.tsx';
import { Time } from '../../../parts/figures.tsx';
import { Table, type Column } from '../../../parts/table.tsx';
import { failurePhrase } from '../../../lib/failures.ts';
import { words } from './words.ts';

type Route = RequestDetail['routes'][number];

const TONES: Readonly<Partial<Record<Route['state'], Tone>>> = { served: 'good', tried: 'bad', not_reached: 'plain' };

/** Each route that was considered, in its order, and why it was tried or was not. */
export function RouteTable({ detail }: { readonly detail: RequestDetail }) {
  const w = words.value;
  const { routes, routes_complete: isComplete, left_aliases: left } = detail;
  return (
    <>
      <Table label={w.routes} columns={columns(routes)} rows={routes} rowKey={keyOf} />
      {(left.length > 0 || !isComplete) && (
        <ul class="notes">
          {left.map(({ alias, reason }) => (
            <li key={alias}>
              {w.left(alias)}: {w.leftReasons[reason]}
              {w.end}
            </li>
          ))}
          {!isComplete && <li class="nothing">{w.routesPartly}</li>}
        </ul>
      )}
    </>
  );
}

function keyOf({ alias, backend, model }: Route): string {
  return JSON.stringify([alias, backend, model]);
}

function columns(routes: readonly Route[]): readonly Column<Route>[] {
  const w = words.value;
  const all: readonly Column<Route>[] = [
    {
      name: 'route',
      title: w.route.route,
      cell: ({ backend, model }) => (
        <span class="route-considered">
          <b>{backend}</b> <span class="nothing">{model}</span>
        </span>
      ),
    },
    {
      name: 'state',
      title: w.route.state,
      cell: (route) => <State route={route} />,
    },
    { name: 'why', title: w.route.why, cell: (route) => <Why route={route} /> },
    {
      name: 'tries',
      title: w.route.tries,
      isNumber: true,
      isExtra: true,
      cell: ({ tries }) => tries.map((index) => numberText(index + 1)).join(', '),
    },
  ];
  if (new Set(routes.map(({ alias }) => alias)).size < 2) return all;
  return [{ name: 'alias', title: w.route.alias, cell: ({ alias }) => alias ?? '' }, ...all];
}

/** A hedge that lost has not failed, and who served may have broken off. */
function State({ route: { state, cause } }: { readonly route: Route }) {
  const w = words.value;
  if (state === 'tried' && cause === 'hedge_lost') return <Badge tone="plain">{w.slower}</Badge>;
  if (state === 'served' && cause !== null) return <Badge tone="warn">{w.brokeOffRoute}</Badge>;
  return <Badge tone={TONES[state] ?? 'warn'}>{w.states[state]}</Badge>;
}

function Why({ route: { state, cause, until } }: { readonly route: Route }) {
  const w = words.value;
  const phrase = state === 'tried' || state === 'served' ? failurePhrase(cause) : undefined;
  return (
    <span class="route-why">
      {phrase ?? w.why[state]}
      {cause !== null && (
        <>
          {' '}
          <code>{cause}</code>
        </>
      )}
      {until !== null && (
        <span class="nothing">
          {' · '}
          {w.untilOf('')}
          <Time at={until} form="second" />
        </span>
      )}
    </span>
  );
}
