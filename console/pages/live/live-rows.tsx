import { useEffect, useRef } from 'preact/hooks';
import { language } from '../../lib/language.ts';
import { go } from '../../lib/router.ts';
import { zone } from '../../lib/zone.ts';
import { Empty } from '../../parts/notice.tsx';
import { LIVE_COLUMNS } from './live-cells.ts';
import type { LiveView } from './live-view.ts';
import { RowPainter, ROW_PX } from './row-painter.ts';
import { words } from './words.ts';

interface LiveRowsProps {
  readonly view: LiveView;
  readonly isFiltered: boolean;
}

/** The list itself. Preact makes the frame, and the painter what is in it. */
export function LiveRows({ view, isFiltered }: LiveRowsProps) {
  const w = words.value;
  const box = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current === null || body.current === null) return;
    return view.start(new RowPainter(box.current, body.current));
  }, [view]);
  useHolding(view, box);
  useEffect(() => view.rewrite(), [language.value, zone.value]);
  return (
    <>
      <IsEmpty view={view} isFiltered={isFiltered} />
      <div class="live-box" ref={box} role="table" aria-label={w.rows} tabIndex={0} onKeyDown={moveBetweenRows}>
        <div role="rowgroup" class="live-head">
          <div role="row" class="live-row" aria-rowindex={1}>
            {LIVE_COLUMNS.map(({ name, isNumber, isExtra }) => (
              <div
                key={name}
                role="columnheader"
                class={['live-cell', isNumber && 'number', isExtra && 'extra'].filter(Boolean).join(' ')}
              >
                {w.columns[name]}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" class="live-body" ref={body} onClick={openRow} />
      </div>
    </>
  );
}

function IsEmpty({ view, isFiltered }: LiveRowsProps) {
  const w = words.value;
  const { shown, waiting } = view.figures.value;
  if (shown + waiting > 0 || view.state.value !== 'open') return null;
  return (
    <Empty title={isFiltered ? w.noneMatch : w.none}>
      <p>{w.noneMore}</p>
    </Empty>
  );
}

/** Nothing moves under the pointer, the focus, or who has scrolled away from the newest. */
function useHolding(view: LiveView, box: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const leave = new AbortController();
    const { signal } = leave;
    let isPointedAt = false;
    const tell = (): void => {
      const hasFocus = element.querySelector('.live-body')?.contains(document.activeElement) === true;
      const held = isPointedAt || hasFocus || element.scrollTop > ROW_PX / 2;
      if (held !== view.isHeld.peek()) view.hold({ held });
    };
    const point =
      (isOver: boolean) =>
      (event: PointerEvent): void => {
        // A finger does not stay.
        isPointedAt = isOver && event.pointerType === 'mouse';
        tell();
      };
    element.addEventListener('pointerenter', point(true), { signal });
    element.addEventListener('pointerleave', point(false), { signal });
    element.addEventListener('focusin', tell, { signal });
    element.addEventListener('focusout', () => requestAnimationFrame(tell), { signal });
    element.addEventListener(
      'scroll',
      () => {
        tell();
        view.repaint();
      },
      { signal, passive: true },
    );
    addEventListener('resize', () => view.repaint(), { signal });
    return () => leave.abort();
  }, [view]);
}

/** A click anywhere in a row opens it. */
function openRow(event: MouseEvent): void {
  const target = event.target as Element;
  if (target.closest('a') !== null || getSelection()?.toString() !== '') return;
  const link = target.closest('.live-row')?.querySelector<HTMLAnchorElement>('a[href]');
  if (link) go(link.href);
}

/** Arrows move between the rows that are painted. */
function moveBetweenRows(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const body = (event.currentTarget as Element).querySelector('.live-body');
  const links = [...(body?.querySelectorAll<HTMLElement>('.live-row:not([hidden]) a[href]') ?? [])];
  const inOrder = links.toSorted((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top);
  const at = inOrder.indexOf(document.activeElement as HTMLElement);
  const next = inOrder[at === -1 ? 0 : at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
