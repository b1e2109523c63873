import { numberText, percentText } from '../../lib/format.ts';
import { path } from '../../lib/router.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Time } from '../../parts/figures.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import type { Alias, Route } from './answers.ts';
import { usesOf } from './shown-aliases.ts';
import { RouteBadge } from './state-badge.tsx';
import { maySteer, type Steer } from './steer.ts';
import { words } from './words.ts';

interface BackendDialogProps {
  readonly backend: string;
  readonly aliases: readonly Alias[];
  readonly steer: Steer;
  readonly onClose: () => void;
}

type Use = ReturnType<typeof usesOf>[number];

/** A backend: what uses it, how it is there, and what can be done about it. */
export function BackendDialog({ backend, aliases, steer, onClose }: BackendDialogProps) {
  const w = words.value;
  const uses = usesOf(backend, aliases);
  const route = uses[0]?.route;
  return (
    <Dialog
      title={backend}
      wide
      onClose={onClose}
      footer={maySteer() && route && <Actions backend={backend} uses={uses} steer={steer} />}
    >
      {route === undefined ? <p>{w.goneBackend}</p> : <Facts backend={backend} route={latest(uses) ?? route} />}
      {route && (
        <Table
          label={w.usedBy}
          columns={columns()}
          rows={uses}
          rowKey={({ alias, route: { model, priority } }) => `${alias.alias} ${model} ${priority}`}
        />
      )}
    </Dialog>
  );
}

/** The route that has served last: a backend's health is the same in all. */
function latest(uses: readonly Use[]): Route | undefined {
  const served = uses.map(({ route }) => route).filter((route) => route.last_success !== null);
  return served.toSorted((one, other) => (other.last_success ?? '').localeCompare(one.last_success ?? ''))[0];
}

function Facts({ backend, route }: { readonly backend: string; readonly route: Route }) {
  const w = words.value;
  const { vendor, dialects, slots, health, last_success: last } = route;
  return (
    <>
      <dl class="backend-facts">
        <dt>{w.vendor}</dt>
        <dd>{vendor}</dd>
        <dt>{w.dialects}</dt>
        <dd>{dialects.length === 0 ? '–' : dialects.join(', ')}</dd>
        <dt>{w.health}</dt>
        <dd>
          {w.healths[health.state]}
          {health.dead_since !== null && (
            <>
              {' '}
              <Time at={health.dead_since} />
            </>
          )}
        </dd>
        <dt>{w.lastSuccess}</dt>
        <dd>
          <Time at={last} />
        </dd>
        <dt>{w.slots}</dt>
        <dd>
          {slots.limit === null ? numberText(slots.in_use) : w.of(numberText(slots.in_use), numberText(slots.limit))}
        </dd>
      </dl>
      <p class="backend-links">
        <a href={hrefWith('/console/requests', { backend })}>{w.requestsThere}</a>
        <a href={hrefWith(path.value, { backend })}>{w.onlyThis}</a>
        <a href={hrefWith('/console/audit', { target: backend })}>{w.audit}</a>
      </p>
    </>
  );
}

function Actions({
  backend,
  uses,
  steer,
}: {
  readonly backend: string;
  readonly uses: readonly Use[];
  readonly steer: Steer;
}) {
  const w = words.value;
  const isDrained = uses.some(({ route }) => route.draining);
  const rests = uses.some(({ route }) => route.cooldown !== null || route.health.state === 'dead');
  return (
    <>
      <Button icon="play" onClick={() => steer({ kind: 'rehearse', backend })}>
        {w.rehearse}
      </Button>
      {rests && (
        <Button icon="retry" onClick={() => steer({ kind: 'cooldown', backend })}>
          {w.endCooldown}
        </Button>
      )}
      {isDrained ? (
        <Button kind="main" onClick={() => steer({ kind: 'undrain', backend })}>
          {w.undrain}
        </Button>
      ) : (
        <Button kind="danger" icon="pause" onClick={() => steer({ kind: 'drain', backend })}>
          {w.drain}
        </Button>
      )}
    </>
  );
}

function columns(): readonly Column<Use>[] {
  const w = words.value;
  return [
    {
      name: 'alias',
      title: w.alias,
      cell: ({ alias }) => <a href={hrefWith(path.value, { q: alias.alias })}>{alias.alias}</a>,
    },
    { name: 'model', title: w.model, cell: ({ route }) => <code>{route.model}</code> },
    { name: 'state', title: w.state, cell: ({ route }) => <RouteBadge state={route.state} /> },
    {
      name: 'share',
      title: w.share,
      isNumber: true,
      isExtra: true,
      cell: ({ route }) => (route.share === null ? '–' : percentText(route.share)),
    },
    { name: 'attempts', title: w.attempts, isNumber: true, cell: ({ route }) => numberText(route.requests) },
    { name: 'failed', title: w.failed, isNumber: true, cell: ({ route }) => numberText(route.failed) },
  ];
}
