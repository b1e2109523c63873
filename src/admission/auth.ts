import { PROXY } from '../core/caller.ts';
import { Refusal } from '../core/refusal.ts';
import { sha256 } from '../lib/sha256.ts';
import { isSameText } from '../lib/same-text.ts';
import { CREDENTIAL_HEADERS } from '../vendors/dialects.ts';
import { credentialAt } from '../vendors/presented-credential.ts';
import { isMadeKey, isMistyped } from './keys/made-key.ts';
import type { CallerAccess } from './keys/caller-access.ts';
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
  return admin ?? known ?? refuseKey(shown, keyCheck.isBlind);
}

/** The key that a request shows, where none is needed. Throws the Refusal of one that is like those that are made, and is none of them. */
export function knownKey(shown: Shown, keyCheck: KeyCheck, nowMs: number): CallerKey | undefined {
  const known = keyCheck.find(shown, nowMs);
  if (known !== undefined) return known;
  const offered = [shown.inQuery, ...CREDENTIAL_HEADERS.map((name) => credentialAt(shown.headers, name))];
  const isMeant = offered.some((text) => text !== undefined && (isMadeKey(text) || isMistyped(text)));
  return isMeant ? refuseKey(shown, keyCheck.isBlind) : undefined;
}

/** Knows the keys that let requests in, and whose they are. */
export class KeyCheck {
  readonly #byDigest: ReadonlyMap<string, CallerKey>;
  readonly #own: KeyAsText | undefined;

  /** `own` is `proxy_api_key`, `keys` are those of the config, `access` has those that were made at run time, as they are now. */
  constructor(
    own: string | undefined,
    keys: readonly CallerKey[],
    private readonly access?: CallerAccess,
  ) {
    if (own !== undefined) this.#own = currentKey(own, PROXY);
    this.#byDigest = new Map(keys.map((known) => [known.digest, known]));
  }

  /** Whether keys may have been made that are not known here, for the database has not been read. */
  get isBlind(): boolean {
    return this.access?.stored?.isLoaded === false;
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

  /** The keys of a caller, by its id: the current one, and during a rotation the one before. */
  keysOf(callerId: string): CallerKey[] {
    const own = this.#own?.known;
    const known = [...(own === undefined ? [] : [own]), ...this.#byDigest.values()];
    return [...known, ...(this.access?.stored?.keysOf(callerId) ?? [])].filter(({ caller }) => caller.id === callerId);
  }

  /**
   * Takes as long for any number of keys: one comparison, then one hash and one look-up in the keys that were made, and in
   * those of the config. Nothing outside of memory is asked.
   */
  #known(text: string): CallerKey | undefined {
    if (this.#own !== undefined && isSameText(text, this.#own.text)) return this.#own.known;
    const made = this.access?.stored?.find(text);
    if (made !== undefined || this.#byDigest.size === 0) return made;
    // What the look-up's time tells of a digest tells nothing of a key: none can be made for a digest.
    return this.#byDigest.get(sha256(text));
  }
}

function refuseKey({ headers, inQuery }: Shown, isBlind: boolean): never {
  const offered = [inQuery, ...CREDENTIAL_HEADERS.map((name) => credentialAt(headers, name))];
  if (offered.some((text) => text !== undefined && isMistyped(text))) {
    throw new Refusal(
      'invalid_api_key',
      'This key is mistyped or cut off: its last characters do not fit the others. Copy it again, all of it, and send it as `Authorization: Bearer KEY`.',
    );
  }
  if (isBlind && offered.some((text) => text !== undefined && isMadeKey(text))) {
    throw new Refusal(
      'keys_unavailable',
      'Whether this key lets in is not known: the database has not been read since the gateway started. Send the request again in a moment.',
      { headers: { 'retry-after': '1' } },
    );
  }
  const isOffered = inQuery !== undefined || CREDENTIAL_HEADERS.some((name) => headers[name] !== undefined);
  throw new Refusal(
    'invalid_api_key',
    isOffered
      ? "This is not the gateway's API key. Send the key of the gateway, not a provider's, as `Authorization: Bearer KEY`."
      : 'There is no API key. Send the key of this gateway as `Authorization: Bearer KEY`.',
  );
}
