import type { Key } from '../../lib/accounts.ts';
import { durationText, numberText } from '../../lib/format.ts';
import { Badge, type Tone } from '../../parts/badge.tsx';
import type { IconName } from '../../parts/icon.tsx';
import { timeText } from '../../lib/zone.ts';
import { words } from './words.ts';

export type KeyState = 'active' | 'expires' | 'expired' | 'disabled';

const DAY_MS = 86_400_000;
/** So long before its end a key is said to expire. */
const SOON_MS = 14 * DAY_MS;

const LOOKS: Readonly<Record<KeyState, readonly [Tone, IconName]>> = {
  active: ['good', 'check'],
  expires: ['warn', 'clock'],
  expired: ['bad', 'clock'],
  disabled: ['plain', 'pause'],
};

/** Whether a key lets in, and for how long. */
export function keyStateOf({ enabled, expires_at: expires }: Key, now = Date.now()): KeyState {
  if (!enabled) return 'disabled';
  if (expires === undefined) return 'active';
  const leftMs = Date.parse(expires) - now;
  return leftMs <= 0 ? 'expired' : leftMs < SOON_MS ? 'expires' : 'active';
}

/** The same as picture and word, and whether an old secret still lets in. */
export function KeyStateBadge({ apiKey }: { readonly apiKey: Key }) {
  const w = words.value;
  const state = keyStateOf(apiKey);
  const [tone, icon] = LOOKS[state];
  const { previous_until: until, expires_at: expires, generation = 1 } = apiKey;
  // That it lets in goes without saying then.
  if (state === 'active' && isRotating(apiKey) && until !== undefined)
    return (
      <span title={w.rotatingUntil(timeText(until))}>
        <Badge tone="info" icon="retry">
          {w.rotating(numberText(generation - 1), numberText(generation))}
        </Badge>
      </span>
    );
  return (
    <Badge tone={tone} icon={icon}>
      {state === 'expires' && expires !== undefined ? w.expiresIn(leftText(expires)) : w.states[state]}
    </Badge>
  );
}

/** Whether the secret before the one in force still lets in. */
export function isRotating({ previous_until: until }: Key): boolean {
  return until !== undefined && Date.parse(until) > Date.now();
}

/** How long until then, in days where there are some. */
function leftText(at: string): string {
  const leftMs = Date.parse(at) - Date.now();
  return durationText(leftMs > DAY_MS ? Math.floor(leftMs / DAY_MS) * DAY_MS : Math.max(60_000, leftMs));
}
