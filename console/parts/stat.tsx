import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { percentText } from '../lib/format.ts';
import { words } from '../words/words.ts';
import { Icon } from './icon.tsx';

/** One number, large, with what it was before. With `href` it leads to what it is made of. */
export function Stat({ label, value, title, change, note, href, children }: StatProps) {
  const id = useId();
  const content = (
    <>
      <span class="stat-label" id={id}>
        {label}
      </span>
      <span class="stat-value" title={title}>
        {value}
      </span>
      {(change !== undefined || note !== undefined) && (
        <span class="stat-note">
          {change && <Change {...change} />}
          {note}
        </span>
      )}
      {children}
    </>
  );
  if (href !== undefined)
    return (
      <a class="stat" href={href}>
        {content}
      </a>
    );
  return (
    <div class="stat" role="group" aria-labelledby={id}>
      {content}
    </div>
  );
}

interface StatProps {
  readonly label: string;
  readonly value: ComponentChildren;
  /** The exact number, where `value` is a rounded one. */
  readonly title?: string;
  readonly change?: ChangeProps;
  readonly note?: ComponentChildren;
  readonly href?: string;
  /** A sparkline, say. */
  readonly children?: ComponentChildren;
}

interface ChangeProps {
  readonly now: number;
  readonly before: number;
  /** Which way is good; undefined: neither. */
  readonly good?: 'up' | 'down';
}

/** How a number has changed against the time before, as arrow, share and colour. */
export function Change({ now, before, good }: ChangeProps) {
  if (before === 0) return null;
  const share = now / before - 1;
  if (Math.abs(share) < 0.005) return <span>{words.value.same}</span>;
  const way = share > 0 ? 'up' : 'down';
  const tone = good === undefined ? 'plain' : way === good ? 'good' : 'bad';
  return (
    <span class={`change tone-${tone}`}>
      <Icon name={way} />
      {percentText(Math.abs(share))}
    </span>
  );
}
