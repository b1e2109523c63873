import { durationText, moneyText, numberText, percentText } from '../../lib/format.ts';
import { path, query } from '../../lib/router.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { Countdown } from '../../parts/countdown.tsx';
import { Button } from '../../parts/button.tsx';
import { Time } from '../../parts/figures.tsx';
import type { Alias, Route } from './answers.ts';
import { FailureText } from './failure-text.tsx';
import { RouteBadge } from './state-badge.tsx';
import { maySteer, type Steer } from './steer.ts';
import { words } from './words.ts';

interface RouteNodeProps {
  readonly alias: Alias;
  readonly route: Route;
  readonly windowS: number;
  readonly steer: Steer;
}

/** One route: how it is and why, what it carries, and what can be done. */
export function RouteNode({ alias, route, windowS, steer }: RouteNodeProps) {
  const { backend, model, priority, weight, state } = route;
  const w = words.value;
  const isAlone = alias.routes.filter((other) => other.priority === priority).length < 2;
  return (
    <li class={`route route-${state}`}>
      <div class="route-head">
        <RouteBadge state={state} />
        <a class="route-name" href={hrefWith(path.value, { ...Object.fromEntries(query.value), open: backend })}>
          {backend}
        </a>
        <code class="route-model">{model}</code>
        <span class="hint">
          {w.priority(numberText(priority))}
          {!isAlone && ` · ${w.weight(numberText(weight))}`}
        </span>
      </div>
      <Figures alias={alias} route={route} windowS={windowS} />
      <Reason route={route} steer={steer} />
    </li>
  );
}

function Figures({ alias, route, windowS }: Omit<RouteNodeProps, 'steer'>) {
  const w = words.value;
  const { backend, requests, failed, rehearsed, share, ttft_ms: ttft, slots, price } = route;
  const from = `${Math.ceil(windowS / 60)}m`;
  const list = hrefWith('/console/requests', { alias: alias.alias, backend, from });
  return (
    <dl class="route-figures">
      <Figure label={w.share} value={share === null ? '–' : percentText(share)} />
      <Figure label={w.attempts} value={numberText(requests)} href={requests > 0 ? list : undefined} />
      {failed > 0 && <Figure label={w.failed} value={numberText(failed)} tone="bad" href={list} />}
      {rehearsed > 0 && <Figure label={w.rehearsed} value={numberText(rehearsed)} />}
      <Figure label={w.ttft} value={ttft === null ? '–' : durationText(ttft)} />
      <Figure
        label={w.slots}
        value={
          slots.limit === null ? numberText(slots.in_use) : w.of(numberText(slots.in_use), numberText(slots.limit))
        }
      />
      <Figure
        label={w.price}
        title={w.priceTitle}
        value={price === null ? '–' : `${rate(price.input)} / ${rate(price.output)}`}
      />
    </dl>
  );
}

function rate(usd: string | null): string {
  return usd === null ? '–' : moneyText(usd);
}

interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly title?: string;
  readonly href?: string | undefined;
  readonly tone?: 'bad';
}

function Figure({ label, value, title, href, tone }: FigureProps) {
  return (
    <div title={title}>
      <dt>{label}</dt>
      <dd class={tone && `tone-${tone}`}>{href === undefined ? value : <a href={href}>{value}</a>}</dd>
    </div>
  );
}

/** Why a route is as it is, and since when; of one that is well, what went wrong last. */
function Reason({ route, steer }: Pick<RouteNodeProps, 'route' | 'steer'>) {
  const w = words.value;
  const { state, cooldown, health, slots, last_failure: last, backend, model } = route;
  const mayEnd = maySteer() && ['cooling', 'half_open', 'dead'].includes(state);
  const cause = state === 'dead' ? health.last_miss : (cooldown?.cause ?? last);
  const said = whyOf(route);
  const until = cooldown?.until ?? null;
  if (said === undefined && cause === null) return null;
  return (
    <div class="route-reason">
      <p>
        {state === 'cooling' && until !== null && (
          <>
            {w.coolingFor} <Countdown until={until} />
            {w.stop}
          </>
        )}
        {state === 'dead' && health.dead_since !== null && (
          <>
            {w.deadSince} <Time at={health.dead_since} form="second" />
            {w.stop}
          </>
        )}
        {state === 'draining' && slots.in_use > 0 ? `${w.drainedStill(numberText(slots.in_use))} ` : said && `${said} `}
        {cause !== null && (
          <>
            <span class="hint">{state === 'up' ? w.lastFailure : w.why}</span>{' '}
            <FailureText backend={backend} failure={cause} />
          </>
        )}
      </p>
      {mayEnd && (
        <Button icon="retry" onClick={() => steer({ kind: 'cooldown', backend, model })}>
          {w.endCooldown}
        </Button>
      )}
      {maySteer() && state === 'draining' && (
        <Button icon="play" onClick={() => steer({ kind: 'undrain', backend })}>
          {w.undrain}
        </Button>
      )}
    </div>
  );
}

function whyOf({ state, cooldown, slots }: Route): string | undefined {
  const w = words.value;
  if (state === 'half_open') return cooldown?.trial_under_way === true ? w.trialUnderWay : w.halfOpen;
  if (state === 'draining') return w.drained;
  if (state === 'full') return w.full(numberText(slots.limit ?? slots.in_use));
  if (state === 'disabled') return w.disabledWhy;
  return undefined;
}
