import { ADMIN } from '../core/caller.ts';
import { sha256 } from '../lib/sha256.ts';
import { isSameText } from '../lib/same-text.ts';
import { CREDENTIAL_HEADERS } from '../vendors/dialects.ts';
import { credentialAt } from '../vendors/presented-credential.ts';
import { currentKey, type CallerKey, type KeyAsText, type Shown } from './caller-key.ts';

/** Knows the key of whoever runs the gateway, and during a rotation the one before. */
export class AdminKey {
  readonly #current: KeyAsText;
  readonly #previous: CallerKey | undefined;

  constructor(text: string, previous?: Pick<CallerKey, 'digest' | 'previousUntil'>) {
    this.#current = currentKey(text, ADMIN);
    this.#previous = previous && { ...this.#current.known, ...previous };
  }

  /** Both, the current one first. */
  get keys(): readonly CallerKey[] {
    return this.#previous === undefined ? [this.#current.known] : [this.#current.known, this.#previous];
  }

  /** The one of the two that a request shows, the current one first. */
  find({ headers, inQuery }: Shown): CallerKey | undefined {
    let stale = inQuery === undefined ? undefined : this.#known(inQuery);
    if (stale === this.#current.known) return stale;
    for (const name of CREDENTIAL_HEADERS) {
      const key = credentialAt(headers, name);
      const known = key === undefined ? undefined : this.#known(key);
      if (known === this.#current.known) return known;
      stale ??= known;
    }
    return stale;
  }

  #known(text: string): CallerKey | undefined {
    if (isSameText(text, this.#current.text)) return this.#current.known;
    return this.#previous !== undefined && isSameText(sha256(text), this.#previous.digest) ? this.#previous : undefined;
  }
}
