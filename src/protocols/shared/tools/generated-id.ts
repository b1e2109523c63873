import { createHash, randomBytes } from 'node:crypto';

/** Generates an id for a tool call that has none. The same `seed` gives the same id, so that a provider's prompt cache still hits. */
export function generatedId(seed?: string): string {
  const hex = seed === undefined ? randomBytes(12).toString('hex') : createHash('sha256').update(seed).digest('hex');
  return `call_${hex.slice(0, 24)}`;
}

/** The id of a call; a generated one if it is longer than the API takes. */
export function shortId(id: string, maxLength: number): string {
  return id.length <= maxLength ? id : generatedId(id);
}
