import type { ExplainedRouteJson } from '../../../src/admin/routing/explain-schema.ts';
import { moneyText, numberText, percentText } from '../../lib/format.ts';
import { Badge } from '../badge.tsx';
import { Countdown } from '../countdown.tsx';
import { Ticked } from '../ticked.tsx';
import { words } from './words.ts';

interface ExplainedRoutesProps {
  readonly routes: readonly ExplainedRouteJson[];
  readonly isDeterministic: boolean;
  readonly clientDialect: string;
}

/** The routes in the order in which they would be tried, each with why; then those that would not. */
export function ExplainedRoutes({ routes, isDeterministic, clientDialect }: ExplainedRoutesProps) {
  const w = words.value;
  const tried = routes.filter(({ skipped }) => skipped === null);
  const skipped = routes.filter((route) => route.skipped !== null);
  const item = (route: ExplainedRouteJson) => (
    <RouteItem key={`${route.alias} ${route.backend} ${route.model}`} route={route} clientDialect={clientDialect} />
  );
  return (
    <>
      <h3>{w.order}</h3>
      {!isDeterministic && tried.length > 1 && <p class="hint">{w.chance}</p>}
      {tried.length === 0 ? <p class="problem">{w.noneTried}</p> : <ol class="explain-routes">{tried.map(item)}</ol>}
      {skipped.length > 0 && (
        <>
          <h3>{w.skipped}</h3>
          <ul class="explain-routes">{skipped.map(item)}</ul>
        </>
      )}
    </>
  );
}

function RouteItem({ route, clientDialect }: { readonly route: ExplainedRouteJson; readonly clientDialect: string }) {
  const w = words.value;
  const { rank, backend, model, alias, share, why, until, dropped, cost, translated, dialect } = route;
  return (
    <li class="explain-route">
      <span class="explain-rank" aria-hidden="true">
        {rank === null ? '–' : numberText(rank)}
      </span>
      <div>
        <p class="explain-name">
          <b>{backend}</b> <code>{model}</code>
          {route.skipped === null ? (
            share !== null && share < 1 && <span class="hint">{w.firstIn(percentText(share))}</span>
          ) : (
            <Badge tone="plain">{w.whyNot[route.skipped]}</Badge>
          )}
          <span class="hint">{w.ofAlias(alias)}</span>
        </p>
        <p>
          <Ticked text={why} />
          {until !== null && (
            <>
              {' '}
              {w.until} <Countdown until={until} />
            </>
          )}
        </p>
        {translated && dialect !== null && route.skipped === null && (
          <p class="hint">{w.translated(clientDialect, dialect)}</p>
        )}
        {dropped.length > 0 && (
          <p>
            {w.dropped}{' '}
            {dropped.map((field) => (
              <code key={field}>{field} </code>
            ))}
          </p>
        )}
        {route.skipped === null && <p class="hint">{costText(cost)}</p>}
      </div>
    </li>
  );
}

function costText(cost: ExplainedRouteJson['cost']): string {
  const w = words.value;
  const { at_least_usd: least = null, at_most_usd: most = null } = cost ?? {};
  if (least === null && most === null) return w.noPrice;
  return w.cost(least === null ? '–' : moneyText(least), most === null ? '–' : moneyText(most));
}
