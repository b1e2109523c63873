import { ANONYMOUS, type Caller } from '../core/caller.ts';
import { knownKey, type KeyCheck } from './auth.ts';
import type { CallerKey, Shown } from './caller-key.ts';

const NAME_CHARS = 16;

/**
 * Tells callers apart where the gateway has no key: by the credential of their own that they send on. A name is a hash
 * of it, and tells nothing of it.
 */
export class OpenCallers {
  #last: { readonly credential: string; readonly caller: Caller } | undefined;

  /** `known`: the keys that are known although none is needed. */
  constructor(
    private readonly secret: Buffer,
    private readonly known?: KeyCheck,
  ) {}

  /** The key that a request shows, if it shows one of the gateway's. Throws the Refusal of one that the gateway does not know. */
  keyShown(shown: Shown, nowMs: number): CallerKey | undefined {
    return this.known === undefined ? undefined : knownKey(shown, this.known, nowMs);
  }

  named(credential: string | undefined): Caller {
    if (credential === undefined) return ANONYMOUS;
    // Most requests come from whoever sent the last one.
    if (this.#last?.credential === credential) return this.#last.caller;
    const hash = new Bun.CryptoHasher('sha256', this.secret).update(credential).digest('hex');
    // No configured key can have a colon in its name.
    const name = `client:${hash.slice(0, NAME_CHARS)}`;
    const caller: Caller = { ...ANONYMOUS, id: name, name };
    this.#last = { credential, caller };
    return caller;
  }
}
