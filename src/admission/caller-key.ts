import type { Caller, KeyGeneration } from '../core/caller.ts';
import { Refusal } from '../core/refusal.ts';
import type { HeaderFields } from '../lib/header-fields.ts';
import { sha256 } from '../lib/sha256.ts';

/** A key of a caller's. */
export interface CallerKey {
  /** What the key is known by: its SHA-256, as the config may have it, or the store's hash of it. */
  readonly digest: string;
  readonly caller: Caller;
  readonly enabled: boolean;
  /** Milliseconds since the epoch; Infinity: never. */
  readonly expiresAt: number;
  /** Of a key that another has replaced: until when it lets in all the same. Undefined: it is the current one. */
  readonly previousUntil: number | undefined;
}

/** Which of a caller's keys it is; undefined for the current one. */
export function generationOf({ previousUntil }: CallerKey): KeyGeneration | undefined {
  return previousUntil === undefined ? undefined : 'previous';
}

/** Throws the Refusal of a key that is known and lets nobody in any more. */
export function checkValid({ caller, enabled, expiresAt, previousUntil }: CallerKey, nowMs: number): void {
  if (!enabled) {
    throw new Refusal('key_disabled', `The key \`${caller.name}\` is switched off. Ask whoever runs the gateway.`);
  }
  const fault = caller.team?.fault;
  if (fault !== undefined) {
    const message = `The key \`${caller.name}\` lets nobody in: ${fault}. Ask whoever runs the gateway.`;
    throw new Refusal('key_disabled', message);
  }
  if (nowMs >= expiresAt) {
    const day = new Date(expiresAt).toISOString();
    throw new Refusal('key_expired', `The key \`${caller.name}\` expired on ${day}. Ask for a new one.`);
  }
  if (previousUntil === undefined || nowMs < previousUntil) return;
  const day = new Date(previousUntil).toISOString();
  throw new Refusal(
    'key_expired',
    `The key \`${caller.name}\` was rotated: this is the previous one, which expired on ${day}. Send the new one.`,
  );
}

/** Throws the Refusal of a key that is used from another address than it is for. `ip` is empty for a Unix socket. */
export function checkAddress({ name, key }: Caller, ip: string): void {
  if (key?.allowedIps === undefined || key.allowedIps.has(ip)) return;
  const from = ip === '' ? 'a Unix socket' : ip;
  throw new Refusal(
    'address_not_allowed',
    `The key \`${name}\` is not for requests from ${from}. Send it from one of its addresses (\`allowed_ips\`).`,
  );
}

/** Whether the key lets in. */
export function isGood({ enabled, expiresAt, previousUntil = Infinity }: CallerKey, nowMs: number): boolean {
  return enabled && nowMs < expiresAt && nowMs < previousUntil;
}

/** A key that the config holds as text, so that nothing has to be hashed to know it. */
export interface KeyAsText {
  readonly text: string;
  readonly known: CallerKey;
}

/** Such a key as it is known: the current one of its caller, good for ever. */
export function currentKey(text: string, caller: Caller): KeyAsText {
  const known = { digest: sha256(text), caller, enabled: true, expiresAt: Infinity, previousUntil: undefined };
  return { text, known };
}

/** What a request shows of itself: its headers, and the field of the query that its dialect takes a key from. */
export interface Shown {
  readonly headers: HeaderFields;
  readonly inQuery: string | undefined;
}
