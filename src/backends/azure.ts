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
      const [path = '', query] = target.split('?', 2);
      const isOfModel = call !== undefined && !hasDeployment && DEPLOYED.has(path);
      const deployment = isOfModel ? `/deployments/${encodeURIComponent(call.model)}` : '';
      const version = `api-version=${apiVersion}`;
      const newTarget = `${deployment}${path}?${query === undefined ? version : `${query}&${version}`}`;
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
