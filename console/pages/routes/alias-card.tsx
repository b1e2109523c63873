import { useId, useRef } from 'preact/hooks';
import { numberText } from '../../lib/format.ts';
import { path, query } from '../../lib/router.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { Icon } from '../../parts/icon.tsx';
import type { Alias } from './answers.ts';
import { Connectors, FallbackConnector } from './connectors.tsx';
import { RouteNode } from './route-node.tsx';
import { AliasBadge, RouteBadge } from './state-badge.tsx';
import type { Steer } from './steer.ts';
import { words } from './words.ts';

interface AliasCardProps {
  readonly alias: Alias;
  /** Those that the fallbacks name. */
  readonly byName: ReadonlyMap<string, Alias>;
  readonly windowS: number;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly steer: Steer;
}

/** An alias, its routes (L1) and what it falls back to (L2), as a picture; a list for who does not see it. */
export function AliasCard(props: AliasCardProps) {
  const { alias, isOpen, onToggle } = props;
  const w = words.value;
  const id = useId();
  return (
    <li class={`alias alias-${alias.state}`} aria-labelledby={id}>
      <div class="alias-head">
        <button
          type="button"
          class="fold"
          aria-expanded={isOpen}
          aria-label={isOpen ? w.fold(alias.alias) : w.unfold(alias.alias)}
          onClick={onToggle}
        >
          <Icon name={isOpen ? 'down' : 'right'} />
        </button>
        <h2 id={id} class="alias-name">
          {alias.alias}
        </h2>
        <AliasBadge state={alias.state} />
        {alias.wildcard && <span class="hint">{w.wildcard}</span>}
        <span class="hint alias-balance">{w.balances[alias.balance]}</span>
        {alias.hedge && <span class="hint">{w.hedge(alias.hedge.after)}</span>}
        {!isOpen && <Summary alias={alias} />}
        <span class="alias-links">
          <a href={hrefWith(path.value, { ...Object.fromEntries(query.value), explain: alias.alias })}>{w.explain}</a>
          <a href={hrefWith('/console/playground', { model: alias.alias })}>{w.tryIt}</a>
        </span>
      </div>
      {isOpen && <Flow {...props} />}
    </li>
  );
}

/** The routes of a folded alias, each as its state. */
function Summary({ alias: { routes } }: Pick<AliasCardProps, 'alias'>) {
  return (
    <ul class="alias-summary">
      {routes.map(({ backend, model, priority, state }) => (
        <li key={`${backend} ${model} ${priority}`}>
          <RouteBadge state={state} />
          <span>{backend}</span>
        </li>
      ))}
    </ul>
  );
}

function Flow({ alias, byName, windowS, steer }: AliasCardProps) {
  const w = words.value;
  const { routes, fallbacks, limits } = alias;
  const list = useRef<HTMLOListElement>(null);
  const requests = hrefWith('/console/requests', { alias: alias.alias, from: `${Math.ceil(windowS / 60)}m` });
  return (
    <div class={fallbacks.length > 0 ? 'flow flow-on' : 'flow'}>
      <div class="flow-start">
        <code>{alias.alias}</code>
        <a href={requests}>{w.attemptsLately(numberText(alias.requests), numberText(windowS / 60))}</a>
        {limits.map(({ name, limit, left }) => (
          <span key={name} class="hint">
            {name}: {left === null ? limit : w.leftOf(left, limit)}
          </span>
        ))}
      </div>
      <Connectors routes={routes} list={list} />
      <ol class="flow-routes" ref={list} aria-label={w.routesOf(alias.alias)}>
        {routes.map((route) => (
          <RouteNode
            key={`${route.backend} ${route.model} ${route.priority}`}
            alias={alias}
            route={route}
            windowS={windowS}
            steer={steer}
          />
        ))}
      </ol>
      {fallbacks.length > 0 && (
        <>
          <FallbackConnector />
          <div class="flow-fallbacks">
            <p class="hint">{w.thenFallbacks}</p>
            <ol aria-label={w.fallbacksOf(alias.alias)}>
              {fallbacks.map((name) => {
                const other = byName.get(name);
                return (
                  <li key={name}>
                    <a href={hrefWith(path.value, { q: name })}>{name}</a>
                    {other && <AliasBadge state={other.state} />}
                  </li>
                );
              })}
            </ol>
          </div>
        </>
      )}
    </div>
  );
}
