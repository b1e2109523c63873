import type { ComponentChildren } from 'preact';
import { words } from '../words/words.ts';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'plain';

const ICONS: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  warn: 'warning',
  bad: 'cross',
  info: 'info',
  plain: 'dot',
};

/** A state as picture, word and colour, so that none of them is needed to read it. */
export function Badge({ tone, icon = ICONS[tone], children }: BadgeProps) {
  return (
    <span class={`badge tone-${tone}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}

interface BadgeProps {
  readonly tone: Tone;
  readonly icon?: IconName;
  readonly children: ComponentChildren;
}

type StateName = keyof typeof words.value.states;

const STATE_TONES: Readonly<Record<StateName, readonly [Tone, IconName?]>> = {
  up: ['good'],
  cooling: ['warn', 'clock'],
  half_open: ['info', 'retry'],
  dead: ['bad'],
  draining: ['info', 'pause'],
  ok: ['good'],
  failed: ['bad'],
  interrupted: ['warn'],
  ready: ['good'],
  not_ready: ['bad'],
};

/** A state that the gateway has a name for. */
export function StateBadge({ state }: { readonly state: StateName }) {
  const [tone, icon] = STATE_TONES[state];
  return (
    <Badge tone={tone} {...(icon && { icon })}>
      {words.value.states[state]}
    </Badge>
  );
}

/** The status of an answer. */
export function StatusBadge({
  status,
  interrupted = false,
}: {
  readonly status: number;
  readonly interrupted?: boolean;
}) {
  if (interrupted) return <Badge tone="warn">{status}</Badge>;
  return <Badge tone={status < 400 ? 'good' : status < 500 ? 'warn' : 'bad'}>{status}</Badge>;
}
