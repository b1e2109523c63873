import { createHash, randomBytes } from 'node:crypto';

/** Generates an id for a tool call that has none. The same `seed` gives the same id, so that a provider's prompt cache still hits. */
export function generatedId(seed?: string): string {
  const hex = seed === undefined ? randomBytes(12).toString('hex') : createHash('sha256').update(seed).digest('hex');
  return `call_${hex.slice(0, 24)}`;
}

/** A call's id, or one that is generated from it where it is longer than the API takes. */
export function shortId(id: string, maxLength: number): string {
  return id.length <= maxLength ? id : generatedId(id);
}
