import { Refusal } from '../core/refusal.ts';
import type { HeaderFields } from '../lib/header-fields.ts';
import { CREDENTIAL_HEADERS } from '../vendors/dialects.ts';

/** Lets requests in that carry the gateway's key. */
export class KeyCheck {
  constructor(private readonly expected: string) {}

  /** Throws a Refusal unless one of the credential headers, or `parameter` of the query, holds the key. */
  check(headers: HeaderFields, parameter?: string): void {
    if (parameter !== undefined && this.matches(parameter)) return;
    let offered = parameter !== undefined;
    for (const name of CREDENTIAL_HEADERS) {
      const value = headers[name];
      if (value === undefined) continue;
      offered = true;
      const key = name === 'authorization' ? bearerOf(value) : value;
      if (key !== undefined && this.matches(key)) return;
    }
    throw new Refusal(
      'invalid_api_key',
      offered
        ? "This is not the gateway's API key. Send the key of the gateway, not a provider's, as `Authorization: Bearer KEY`."
        : 'There is no API key. Send the key of this gateway as `Authorization: Bearer KEY`.',
    );
  }

  /** Takes the same time for every text: all of the key is compared, whatever differs. */
  matches(text: string): boolean {
    const { expected } = this;
    let difference = text.length ^ expected.length;
    // Beyond the end of a shorter text there is NaN, which counts as 0 here.
    for (let i = 0; i < expected.length; i++) difference |= text.charCodeAt(i) ^ expected.charCodeAt(i);
    return difference === 0;
  }
}

/** The key that a client sent, whatever header it chose. */
export function credentialIn(headers: HeaderFields): string | undefined {
  for (const name of CREDENTIAL_HEADERS) {
    const value = headers[name];
    const key = value !== undefined && name === 'authorization' ? bearerOf(value) : value;
    if (key !== undefined && key !== '') return key;
  }
  return undefined;
}

/** What stands behind `Bearer`; undefined for anything else. */
export function bearerOf(value: string): string | undefined {
  if (value.startsWith('Bearer ')) return value.slice(7).trim();
  return value.slice(0, 7).toLowerCase() === 'bearer ' ? value.slice(7).trim() : undefined;
}
