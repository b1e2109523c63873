import type { Route } from './answers.ts';

/** The widest line, in pixels: all of an alias's traffic. */
const WIDEST = 14;
const THINNEST = 1.5;

/** The lines from an alias to its routes, as wide as their share of its traffic. Rows are equally high, so the middle of each is known. */
export function Connectors({ routes }: { readonly routes: readonly Route[] }) {
  const height = routes.length * 100;
  return (
    <svg class="connectors" viewBox={`0 0 100 ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {routes.map(({ backend, model, priority, state, share }, at) => {
        const y = at * 100 + 50;
        const path = `M0 ${height / 2}C55 ${height / 2} 45 ${y} 100 ${y}`;
        const width = THINNEST + (share ?? 0) * (WIDEST - THINNEST);
        return (
          <g key={`${backend} ${model} ${priority}`} class={`line line-${state}`}>
            <path d={path} stroke-width={width} />
            {(share ?? 0) > 0 && <path class="line-flow" d={path} stroke-width={Math.min(2, width / 2)} />}
          </g>
        );
      })}
    </svg>
  );
}

/** The line on to what is tried when no route of the alias has served. */
export function FallbackConnector() {
  return (
    <svg class="connectors connectors-on" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      <g class="line line-fallback">
        <path d="M0 50H100" stroke-width={THINNEST} />
      </g>
    </svg>
  );
}
