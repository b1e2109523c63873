import { PROXY, type Caller } from '../core/caller.ts';
import { Refusal } from '../core/refusal.ts';
import type { HeaderFields } from '../lib/header-fields.ts';
import { sha256 } from '../lib/sha256.ts';
import { isSameText } from '../lib/same-text.ts';
import { CREDENTIAL_HEADERS } from '../vendors/dialects.ts';
import { credentialAt } from '../vendors/presented-credential.ts';

/** A key of a caller's. */
export interface CallerKey {
  /** The SHA-256 of the key: the config may hold no more of it. */
  readonly digest: string;
  readonly caller: Caller;
  readonly enabled: boolean;
  /** Milliseconds since the epoch; Infinity: never. */
  readonly expiresAt: number;
}

/** Knows the keys that let requests in, and whose they are. */
export class KeyCheck {
  readonly #byDigest: ReadonlyMap<string, CallerKey>;
  readonly #own: { readonly key: string; readonly known: CallerKey } | undefined;

  /** `own` is `proxy_api_key`. */
  constructor(own: string | undefined, keys: readonly CallerKey[]) {
    if (own !== undefined) {
      const known = { digest: sha256(own), caller: PROXY, enabled: true, expiresAt: Infinity };
      this.#own = { key: own, known };
    }
    this.#byDigest = new Map(keys.map((known) => [known.digest, known]));
  }

  /**
   * The key that one of the credential headers, or `parameter` of the query, holds; one that lets in before one that no
   * longer does. Throws a Refusal if there is none.
   */
  find(headers: HeaderFields, parameter: string | undefined, nowMs: number): CallerKey {
    let stale = parameter === undefined ? undefined : this.#known(parameter);
    if (stale !== undefined && isGood(stale, nowMs)) return stale;
    let offered = parameter !== undefined;
    for (const name of CREDENTIAL_HEADERS) {
      if (headers[name] === undefined) continue;
      offered = true;
      const key = credentialAt(headers, name);
      const known = key === undefined ? undefined : this.#known(key);
      if (known === undefined) continue;
      if (isGood(known, nowMs)) return known;
      stale ??= known;
    }
    return stale ?? refuseKey(offered);
  }

  /** Takes as long for any number of keys: one comparison, one hash where there are keys of callers, one look-up. */
  #known(text: string): CallerKey | undefined {
    if (this.#own !== undefined && isSameText(text, this.#own.key)) return this.#own.known;
    if (this.#byDigest.size === 0) return undefined;
    // What the look-up's time tells of a digest tells nothing of a key: none can be made for a digest.
    return this.#byDigest.get(sha256(text));
  }
}

/** Throws the Refusal of a key that is known and lets nobody in any more. */
export function checkValid({ caller, enabled, expiresAt }: CallerKey, nowMs: number): void {
  if (!enabled) {
    throw new Refusal('key_disabled', `The key \`${caller.name}\` is switched off. Ask whoever runs the gateway.`);
  }
  if (nowMs < expiresAt) return;
  const day = new Date(expiresAt).toISOString();
  throw new Refusal('key_expired', `The key \`${caller.name}\` was good until ${day}. Ask for a new one.`);
}

function isGood({ enabled, expiresAt }: CallerKey, nowMs: number): boolean {
  return enabled && nowMs < expiresAt;
}

function refuseKey(offered: boolean): never {
  throw new Refusal(
    'invalid_api_key',
    offered
      ? "This is not the gateway's API key. Send the key of the gateway, not a provider's, as `Authorization: Bearer KEY`."
      : 'There is no API key. Send the key of this gateway as `Authorization: Bearer KEY`.',
  );
}
