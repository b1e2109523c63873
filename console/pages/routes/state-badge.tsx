import { Badge, type Tone } from '../../parts/badge.tsx';
import type { IconName } from '../../parts/icon.tsx';
import type { Alias, Route } from './answers.ts';
import { words } from './words.ts';

const TONES: Readonly<Record<Route['state'], readonly [Tone, IconName?]>> = {
  up: ['good'],
  disabled: ['plain'],
  draining: ['info', 'pause'],
  dead: ['bad'],
  cooling: ['warn', 'clock'],
  half_open: ['info', 'retry'],
  full: ['warn'],
};

/** How a route is, as picture, word and colour. */
export function RouteBadge({ state }: { readonly state: Route['state'] }) {
  const [tone, icon] = TONES[state];
  return (
    <Badge tone={tone} {...(icon && { icon })}>
      {words.value.routeStates[state]}
    </Badge>
  );
}

const ALIAS_TONES: Readonly<Record<Alias['state'], Tone>> = {
  up: 'good',
  degraded: 'warn',
  down: 'bad',
  disabled: 'plain',
};

/** How an alias is. */
export function AliasBadge({ state }: { readonly state: Alias['state'] }) {
  return <Badge tone={ALIAS_TONES[state]}>{words.value.aliasStates[state]}</Badge>;
}
