import { may, session } from '../../lib/session.ts';

/** What an operator is about to do; the page asks first. */
export type Step =
  | { readonly kind: 'drain' | 'undrain'; readonly backend: string }
  | { readonly kind: 'cooldown'; readonly backend: string; readonly model?: string }
  | { readonly kind: 'rehearse'; readonly backend: string };

/** Begins one. */
export type Steer = (step: Step) => void;

/** Whether who is signed in may steer routes here. The gateway decides; this hides what it would refuse. */
export function maySteer(): boolean {
  return may('operator') && session.value?.read_only !== true;
}
