import { z } from 'zod';
import { Refusal } from '../core/refusal.ts';
import { DIMENSIONS, type Dimension, type DimensionFilter, type TagFilter } from '../storage/ledger-query.ts';

/** Several values are separated by commas; none at all (`team=`) is looked for as such. */
const values = (name: string) =>
  z
    .string()
    .max(2000)
    .optional()
    .describe(`Only of this ${name}; several with commas between, nothing for those without one.`);

/** Fields of a query that say of whom or what rows are looked for. */
export const filters = {
  caller: values('caller'),
  team: values('team'),
  owner: values('owner'),
  alias: values('alias'),
  backend: values('backend'),
  model: values('model'),
  tag: z.string().max(500).optional().describe('Only with this tag: KEY=VALUE.'),
};

/** What a query asks for, as the store takes it. */
export function filterOf(asked: Readonly<Partial<Record<Dimension, string | undefined>>>): DimensionFilter {
  const filter: Partial<Record<Dimension, readonly (string | null)[]>> = {};
  for (const name of DIMENSIONS) {
    const text = asked[name];
    if (text !== undefined) filter[name] = text.split(',').map((each) => (each.trim() === '' ? null : each.trim()));
  }
  return filter;
}

/** The tag of `tag=KEY=VALUE`. Throws a Refusal for what is none. */
export function tagOf(text: string | undefined): TagFilter | undefined {
  if (text === undefined) return undefined;
  const at = text.indexOf('=');
  if (at < 1) throw new Refusal('invalid_request', '`tag` must be KEY=VALUE.', { param: 'tag' });
  return { key: text.slice(0, at), value: text.slice(at + 1) };
}
