import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import type { Route } from './answers.ts';

/** The widest line, in pixels: all of an alias's traffic. */
const WIDEST = 14;
const THINNEST = 1.5;

interface ConnectorsProps {
  readonly routes: readonly Route[];
  /** Their list, whose entries the lines lead to. */
  readonly list: RefObject<HTMLElement | null>;
}

/** The lines from an alias to its routes, as wide as their share of its traffic. */
export function Connectors({ routes, list }: ConnectorsProps) {
  const { height, middles } = useMiddles(list);
  return (
    <div class="connectors" aria-hidden="true">
      {/* A line has no height, and so no picture, until its list is measured. */}
      <svg viewBox={`0 0 100 ${Math.max(1, height)}`} preserveAspectRatio="none">
        {routes.map(({ backend, model, priority, state, share }, at) => {
          const y = middles[at] ?? height / 2;
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
    </div>
  );
}

/** The line on to what is tried when no route of the alias has served. */
export function FallbackConnector() {
  return (
    <div class="connectors" aria-hidden="true">
      <svg viewBox="0 0 100 100" preserveAspectRatio="none">
        <g class="line line-fallback">
          <path d="M0 50H100" stroke-width={THINNEST} />
        </g>
      </svg>
    </div>
  );
}

interface Middles {
  readonly height: number;
  readonly middles: readonly number[];
}

/** Where the entries of a list have their middle, whenever it changes its size. */
function useMiddles(list: RefObject<HTMLElement | null>): Middles {
  const found = useSignal<Middles>({ height: 0, middles: [] });
  useLayoutEffect(() => {
    const { current } = list;
    if (!current) return undefined;
    const measure = (): void => {
      const { top, height } = current.getBoundingClientRect();
      const middles = [...current.children].map((entry) => {
        const box = entry.getBoundingClientRect();
        return Math.round(box.top - top + box.height / 2);
      });
      found.value = { height: Math.round(height), middles };
    };
    const observer = new ResizeObserver(measure);
    for (const each of [current, ...current.children]) observer.observe(each);
    return () => observer.disconnect();
  }, [list]);
  return found.value;
}
