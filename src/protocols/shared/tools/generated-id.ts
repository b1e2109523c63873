import { createHash, randomBytes } from 'node:crypto';

/** An id for a tool call that has none. From the same `seed` comes the same id, so that a prompt stays what a provider's cache knows. */
export function generatedId(seed?: string): string {
  const hex = seed === undefined ? randomBytes(12).toString('hex') : createHash('sha256').update(seed).digest('hex');
  return `call_${hex.slice(0, 24)}`;
}
