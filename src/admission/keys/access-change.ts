import type { Clock } from '../../lib/clock.ts';
import type { Beside, IdempotentAnswer } from '../../storage/audit.ts';
import { StoreConflict } from '../../storage/store-errors.ts';
import type { Store } from '../../storage/store.ts';
import { AccessProblem } from './access-problem.ts';
import type { AccessRules } from '../../core/access-rules.ts';
import type { CallerAccess } from './caller-access.ts';
import type { KeySecret } from './key-secret.ts';
import type { StoredKeys } from './stored-keys.ts';

/** Who changes something, and what is to be written together with the change. */
export interface Change<View = unknown> {
  /** A caller's name, `admin`, or `command line`. */
  readonly actor: string;
  readonly clientIp?: string | undefined;
  /** The answer to remember for a request that is sent again; the view of a new key has its secret. */
  answerOf?(view: View): IdempotentAnswer;
}

/** What the registries of keys and teams work with. */
export interface RegistryParts {
  readonly store: () => Promise<Store>;
  readonly access: CallerAccess;
  readonly stored: StoredKeys;
  readonly secret: KeySecret;
  readonly rules: AccessRules;
  readonly clock: Clock;
  /** Reads what others have changed. */
  readonly refresh: () => Promise<void>;
  /** Keeps what is known now for a start without the database. */
  readonly remember: () => Promise<void>;
}

/** What was done to what, for the audit log; the views hold no secrets. */
export interface Done {
  readonly action: string;
  readonly target: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What is written beside a change. */
export function besideOf<View>(
  done: Done,
  { actor, clientIp, answerOf }: Change<View>,
  view: View,
  at: number,
): Beside {
  const { action, target, before, after } = done;
  const audit = { id: Bun.randomUUIDv7(), at, actor, clientIp, action, target, before, after };
  return answerOf === undefined ? { audit } : { audit, answer: answerOf(view) };
}

/** Runs a change in the store. Throws an AccessProblem where others were first; `StoreUnavailable` passes. */
export async function inStore(change: Promise<void>, what: string): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!(error instanceof StoreConflict)) throw error;
    if (error.reason === 'absent') throw new AccessProblem('absent', `${what} does not exist any more.`);
    if (error.reason === 'taken') {
      const message = `${what} cannot be made: its name, or the idempotency key of the request, is taken.`;
      throw new AccessProblem('taken', message);
    }
    const message = `${what} was changed in the meantime. Read it again, and send the change with its new version.`;
    throw new AccessProblem('conflict', message);
  }
}

/** The values with a change: a member that is null is left out, any other takes the place of what was there. Throws an AccessProblem. */
export function changed(values: Readonly<Record<string, unknown>>, patch: unknown): Record<string, unknown> {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch))
    throw new AccessProblem('invalid', 'A change is a JSON object with the members to change; null takes one away.');
  const merged = Object.entries({ ...values, ...patch }).filter(([, value]) => value !== null);
  return Object.fromEntries(merged);
}
