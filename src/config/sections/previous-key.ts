import { z } from 'zod';
import { gatewayKey, keyHash, time } from '../fields.ts';

/** `previous`: the key before the current one, which goes on for a while when a key is rotated. */
export function previousKey() {
  return z.strictObject({
    key: gatewayKey().optional().describe('The key from before the rotation. Either this or `hash`.'),
    hash: keyHash().optional().describe('In place of `key`: `sha256:` and its SHA-256.'),
    until: time().describe(
      'Until when it lets in. Afterwards it gets 401 `key_expired`, which says that the key was rotated, and `check` warns that `previous` can be deleted.',
    ),
  });
}
