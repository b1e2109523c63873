import { pathSegment, withQueryField } from '../../core/upstream-url.ts';
import type { Transport, TransportPlan } from './transport.ts';

/**
 * Azure OpenAI: with an `api_version` it goes into the query, and for the classic API, whose base is no `…/v1`, the
 * model into the path, where it is the name of a deployment.
 */
export function azure(transport: Transport, { url, apiVersion }: TransportPlan): Transport {
  if (apiVersion === undefined) return transport;
  const segments = url.split('/');
  const hasDeployment = segments.at(-1) === 'v1' || segments.includes('deployments');
  return {
    ...transport,
    send: (request) => {
      const { target, call } = request;
      const [path = ''] = target.split('?', 1);
      const isOfModel = call !== undefined && !hasDeployment && DEPLOYED.has(path);
      const deployment = isOfModel ? `/deployments/${pathSegment(call.model)}` : '';
      const newTarget = withQueryField(deployment + target, 'api-version', apiVersion);
      return transport.send({ ...request, target: newTarget });
    },
  };
}

/** What is addressed to a deployment; responses, for one, are not: as in the official client. */
const DEPLOYED: ReadonlySet<string> = new Set([
  '/completions',
  '/chat/completions',
  '/embeddings',
  '/audio/transcriptions',
  '/audio/translations',
  '/audio/speech',
  '/images/generations',
  '/images/edits',
]);
