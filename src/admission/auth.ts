import { PROXY } from '../core/caller.ts';
import { Refusal } from '../core/refusal.ts';
import { sha256 } from '../lib/sha256.ts';
import { isSameText } from '../lib/same-text.ts';
import { CREDENTIAL_HEADERS } from '../vendors/dialects.ts';
import { credentialAt } from '../vendors/presented-credential.ts';
import { currentKey, isGood, type CallerKey, type KeyAsText, type Shown } from './caller-key.ts';
import type { Snapshot } from '../snapshot.ts';

/**
 * The key of this gateway that a request shows; one that lets in before one that no longer does. Undefined where it shows
 * none and none is needed. Throws the Refusal of one that shows none and needs one.
 */
export function keyShown(
  shown: Shown,
  { adminKey, keyCheck }: Pick<Snapshot, 'adminKey' | 'keyCheck'>,
  nowMs: number,
): CallerKey | undefined {
  const admin = adminKey?.find(shown);
  if (keyCheck === undefined || (admin !== undefined && isGood(admin, nowMs))) return admin;
  const known = keyCheck.find(shown, nowMs);
  if (known !== undefined && isGood(known, nowMs)) return known;
  return admin ?? known ?? refuseKey(shown);
}

/** Knows the keys that let requests in, and whose they are. */
export class KeyCheck {
  readonly #byDigest: ReadonlyMap<string, CallerKey>;
  readonly #own: KeyAsText | undefined;

  /** `own` is `proxy_api_key`. */
  constructor(own: string | undefined, keys: readonly CallerKey[]) {
    if (own !== undefined) this.#own = currentKey(own, PROXY);
    this.#byDigest = new Map(keys.map((known) => [known.digest, known]));
  }

  /** The key that a request shows; one that lets in before one that no longer does. */
  find({ headers, inQuery }: Shown, nowMs: number): CallerKey | undefined {
    let stale = inQuery === undefined ? undefined : this.#known(inQuery);
    if (stale !== undefined && isGood(stale, nowMs)) return stale;
    for (const name of CREDENTIAL_HEADERS) {
      const key = credentialAt(headers, name);
      const known = key === undefined ? undefined : this.#known(key);
      if (known === undefined) continue;
      if (isGood(known, nowMs)) return known;
      stale ??= known;
    }
    return stale;
  }

  /** Takes as long for any number of keys: one comparison, one hash where there are keys of callers, one look-up. */
  #known(text: string): CallerKey | undefined {
    if (this.#own !== undefined && isSameText(text, this.#own.text)) return this.#own.known;
    if (this.#byDigest.size === 0) return undefined;
    // What the look-up's time tells of a digest tells nothing of a key: none can be made for a digest.
    return this.#byDigest.get(sha256(text));
  }
}

function refuseKey({ headers, inQuery }: Shown): never {
  const isOffered = inQuery !== undefined || CREDENTIAL_HEADERS.some((name) => headers[name] !== undefined);
  throw new Refusal(
    'invalid_api_key',
    isOffered
      ? "This is not the gateway's API key. Send the key of the gateway, not a provider's, as `Authorization: Bearer KEY`."
      : 'There is no API key. Send the key of this gateway as `Authorization: Bearer KEY`.',
  );
}
