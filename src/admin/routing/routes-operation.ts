import { TRAFFIC_WINDOW_S } from '../../upstream/steering/route-traffic.ts';
import { operation } from '../operation.ts';
import { aliasJson } from './alias-json.ts';
import { routesSchema } from './routes-schema.ts';

/** The aliases with their routes, as they are right now. */
export const routesOperation = operation({
  id: 'listRoutes',
  role: 'viewer',
  method: 'GET',
  path: '/admin/routes',
  summary:
    'Every alias with its routes (L1) and what it falls back to (L2): health, cooldowns with their cause, slots, traffic, latency, prices.',
  answer: routesSchema,
  handle(_call, context) {
    const names = Object.keys(context.config().models);
    return {
      body: {
        data: names.map((name) => aliasJson(name, context)),
        window_s: TRAFFIC_WINDOW_S,
        rehearsals: context.steering.rehearsals.count,
      },
    };
  },
});
