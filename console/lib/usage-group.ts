import type { Usage } from './answers.ts';

/** What a group of usage is of in one dimension; null: rows without one. */
export function dimensionOf(group: Usage['data'][number], dimension: string): string | null {
  const value: unknown = Reflect.get(group, dimension);
  return typeof value === 'string' ? value : null;
}
