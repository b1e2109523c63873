import { z } from 'zod';
import { pricedRoutes, type PricedRoute } from '../config/priced-routes.ts';
import { pageOf } from '../admission/keys/page.ts';
import { pageShown } from './access.ts';
import type { AdminContext } from './admin-context.ts';
import { operation } from './operation.ts';
import { cursorQuery } from './page-query.ts';
import { priceJson, priceSchema } from './price-json.ts';

const name = z.string().max(500).optional();

const query = cursorQuery.extend({
  alias: name,
  backend: name,
  model: name.describe('As it is sent to the backend. With `backend` also one that no route leads to.'),
  unpriced: z.enum(['true', 'false']).optional().describe('Only routes without, or with, a price.'),
});

const route = z.object({
  alias: z.string().nullable().describe('Null: no route leads there.'),
  backend: z.string(),
  model: z.string().describe('`*` stands for whatever is asked for.'),
  priced: z.boolean().nullable().describe('Null: it depends on the name that is asked for.'),
  price: priceSchema.nullable(),
});

/** What models cost. */
export const priceOperations = [
  operation({
    id: 'listPrices',
    method: 'GET',
    path: '/admin/prices',
    role: 'viewer',
    summary: 'What the model of each enabled route costs, where the price comes from, and which have none.',
    query,
    answer: z.object({
      data: z.array(route),
      next: z.string().nullable(),
      table_date: z.string().describe('The day of the price table.'),
      unpriced_routes: z.int().describe('How many routes have no price, of all that there are.'),
    }),
    handle: ({ query: asked }, context) => {
      const { alias, backend, model, unpriced, ...page } = asked;
      const all = pricedRoutes(context.config());
      const { prices } = context.snapshot;
      const isPriced = (each: PricedRoute): boolean | null =>
        each.model === undefined ? null : prices.pricingOf({ backend: each.backend, model: each.model }) !== null;
      const isAsked = (each: PricedRoute): boolean =>
        (alias === undefined || each.alias === alias) &&
        (backend === undefined || each.backend === backend) &&
        (model === undefined || (each.model ?? each.pattern) === model) &&
        (unpriced === undefined || isPriced(each) === (unpriced === 'false'));
      const found: AskedRoute[] = all.filter(isAsked);
      if (found.length === 0 && alias === undefined) found.push(...unrouted(asked, context));
      const { body } = pageShown(() => {
        const { data, ...rest } = pageOf(found, page, rankOf);
        return { ...rest, data: data.map((each) => routeJson(each, context)) };
      });
      return {
        body: {
          ...(body as object),
          table_date: prices.tableDate,
          unpriced_routes: all.filter((each) => isPriced(each) === false).length,
        },
      };
    },
  }),
];

/** A route, or a model that none leads to. */
type AskedRoute = Omit<PricedRoute, 'alias'> & { readonly alias: string | null };

/** A model of a backend that no route leads to; none where the backend does not exist. */
function unrouted({ backend, model, unpriced }: z.output<typeof query>, { config }: AdminContext): AskedRoute[] {
  if (backend === undefined || model === undefined || unpriced !== undefined) return [];
  const isKnown = config().backends.some((each) => each.name === backend);
  return isKnown ? [{ alias: null, backend, pattern: model, model }] : [];
}

function rankOf({ alias, backend, pattern, model = '' }: AskedRoute): string {
  return JSON.stringify([alias, backend, pattern, model]);
}

function routeJson({ alias, backend, pattern, model }: AskedRoute, { snapshot }: AdminContext): z.output<typeof route> {
  const pricing = model === undefined ? null : snapshot.prices.pricingOf({ backend, model });
  return {
    alias,
    backend,
    model: model ?? pattern,
    priced: model === undefined ? null : pricing !== null,
    price: pricing === null ? null : priceJson(pricing),
  };
}
