import { operation } from '../operation.ts';
import { explain } from './explain.ts';
import { explainBody, explainSchema } from './explain-schema.ts';

/** What would become of a request. */
export const explainOperation = operation({
  id: 'explainRequest',
  role: 'viewer',
  changesNothing: true,
  method: 'POST',
  path: '/admin/explain',
  summary:
    'What would become of a request: its routes in order and why, what is dropped, what it costs, which limits are near. Nothing is sent.',
  body: explainBody,
  answer: explainSchema,
  handle: ({ body }, context) => ({ body: explain(body, context, true) }),
});
