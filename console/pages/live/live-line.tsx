import { numberText } from '../../lib/format.ts';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { ErrorNotice } from '../../parts/notice.tsx';
import type { IconName } from '../../parts/icon.tsx';
import { MOST_ROWS } from './live-list.ts';
import type { LiveView } from './live-view.ts';
import { words } from './words.ts';

type State = keyof typeof words.value.states;

const LOOKS: Readonly<Record<State, readonly [Tone, IconName]>> = {
  connecting: ['info', 'clock'],
  open: ['good', 'live'],
  paused: ['warn', 'pause'],
  held: ['info', 'pause'],
  lost: ['bad', 'warning'],
};

/** Whether it is live, how fast, and what is not shown. */
export function LiveLine({ view }: { readonly view: LiveView }) {
  const w = words.value;
  const { rate, underWay, waiting, dropped } = view.figures.value;
  const state = stateOf(view);
  const [tone, icon] = LOOKS[state];
  const error = view.error.value;
  return (
    <>
      {error && error.status !== 0 && <ErrorNotice error={error} />}
      <dl class="live-line">
        <div title={state === 'held' ? w.heldWhy : undefined}>
          <dt class="off-screen">{w.columns.status}</dt>
          <dd>
            <Badge tone={tone} icon={icon}>
              {w.states[state]}
            </Badge>
          </dd>
        </div>
        <Figure name={w.rate} value={numberText(rate)} />
        <Figure name={w.underWay} value={numberText(underWay)} />
        <Figure name={w.waiting} value={numberText(waiting)} />
        <Figure name={w.dropped} value={numberText(dropped)} title={w.droppedMore} />
        <div class="hint live-bound">
          <dt class="off-screen">{w.rows}</dt>
          <dd>{w.bounded(numberText(MOST_ROWS))}</dd>
        </div>
      </dl>
    </>
  );
}

function stateOf(view: LiveView): State {
  if (view.state.value !== 'open') return view.state.value;
  if (view.isPaused.value) return 'paused';
  return view.isHeld.value ? 'held' : 'open';
}

function Figure({ name, value, title }: { readonly name: string; readonly value: string; readonly title?: string }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
