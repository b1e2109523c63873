import type { HeaderFields } from '../lib/header-fields.ts';
import { bearerOf } from '../vendors/presented-credential.ts';
import { CREDENTIAL_HEADERS } from '../vendors/dialects.ts';

/** A text shorter than this is found in ordinary words, and counts only where it is the whole value. */
const MIN_FOUND_CHARS = 6;

/** Every key that a client presents: what the gateway's own credentials stand in for must not reach a backend, wherever it stands. */
export function clientKeys(headers: HeaderFields, parameter: string | undefined): readonly string[] {
  const keys: string[] = [];
  for (const name of CREDENTIAL_HEADERS) {
    const value = headers[name];
    if (value === undefined) continue;
    const key = (name === 'authorization' ? bearerOf(value) : undefined) ?? value;
    if (key !== '' && !keys.includes(key)) keys.push(key);
  }
  if (parameter !== undefined && parameter !== '' && !keys.includes(parameter)) keys.push(parameter);
  return keys;
}

/** Whether a value is one of the keys, or holds it. */
export function holdsKey(value: string, keys: readonly string[]): boolean {
  for (const key of keys) {
    if (value.length < key.length) continue;
    if (value === key || (key.length >= MIN_FOUND_CHARS && value.includes(key))) return true;
  }
  return false;
}
