import { timingSafeEqual } from 'node:crypto';

import { Refusal } from '../core/refusal.ts';

/** Request headers that may carry a key, in the order they are looked at. */
export const CREDENTIAL_HEADERS = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'] as const;

/** Lets requests in that carry the gateway's key. */
export class KeyCheck {
  readonly #expected: Buffer;

  constructor(key: string) {
    this.#expected = Buffer.from(key);
  }

  /** Throws a Refusal unless one of the credential headers holds the key. */
  check(headers: Headers): void {
    let offered = false;
    for (const name of CREDENTIAL_HEADERS) {
      const value = headers.get(name);
      if (value === null) continue;
      offered = true;
      const key = name === 'authorization' ? bearer(value) : value;
      if (key !== undefined && this.matches(key)) return;
    }
    throw new Refusal(
      'invalid_api_key',
      offered
        ? "This is not the gateway's API key. Send the key of the gateway, not a provider's, as `Authorization: Bearer KEY`."
        : 'There is no API key. Send the key of this gateway as `Authorization: Bearer KEY`.',
    );
  }

  /** Takes the same time for every text of one length. */
  matches(text: string): boolean {
    const offered = Buffer.from(text);
    if (offered.length === this.#expected.length) return timingSafeEqual(offered, this.#expected);
    timingSafeEqual(this.#expected, this.#expected);
    return false;
  }
}

function bearer(value: string): string | undefined {
  return value.slice(0, 7).toLowerCase() === 'bearer ' ? value.slice(7).trim() : undefined;
}
