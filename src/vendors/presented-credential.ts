import type { HeaderFields } from '../lib/header-fields.ts';
import { CREDENTIAL_HEADERS } from './dialects.ts';

/** The key that a client sent, whatever header it chose. */
export function credentialIn(headers: HeaderFields): string | undefined {
  for (const name of CREDENTIAL_HEADERS) {
    const key = credentialAt(headers, name);
    if (key !== undefined && key !== '') return key;
  }
  return undefined;
}

/** The key in one of the credential headers; undefined if there is none, or no `Bearer` before it where one belongs. */
export function credentialAt(headers: HeaderFields, name: string): string | undefined {
  const value = headers[name];
  return value !== undefined && name === 'authorization' ? bearerOf(value) : value;
}

/** What stands behind `Bearer`; undefined for anything else. */
export function bearerOf(value: string): string | undefined {
  if (value.startsWith('Bearer ')) return value.slice(7).trim();
  return value.slice(0, 7).toLowerCase() === 'bearer ' ? value.slice(7).trim() : undefined;
}
