import type { HeaderFields } from '../lib/header-fields.ts';
import { CREDENTIAL_HEADERS } from './dialects.ts';

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
