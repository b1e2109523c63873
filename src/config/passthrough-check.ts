import { asArray, asObject } from '../lib/json.ts';
import type { Environment } from '../lib/environment.ts';
import { DIALECTS_OF_API } from '../vendors/dialects.ts';
import { DEMO_URL, placeBackend } from '../vendors/place.ts';
import { readBackendSettings } from './backend-check.ts';
import { type Finding, unknownMessage } from './messages.ts';

/**
 * Problems of `passthrough`: a backend that does not exist, is off, or has no such API. Takes the values before
 * validation and skips those of a wrong type.
 */
export function checkPassthrough(config: unknown, env: Environment): Finding[] {
  const { passthrough, backends } = asObject(config) ?? {};
  const named = Object.entries(asObject(passthrough) ?? {});
  const known = asArray(backends).flatMap((backend): Record<string, unknown>[] => {
    const object = asObject(backend);
    return object === undefined ? [] : [object];
  });
  return named.flatMap(([api, name]) => {
    if (typeof name !== 'string' || name === '' || !Object.hasOwn(DIALECTS_OF_API, api)) return [];
    const message = problemWith(name, api, known, env);
    return message === undefined ? [] : [{ path: ['passthrough', api], message }];
  });
}

function problemWith(
  name: string,
  api: string,
  backends: readonly Record<string, unknown>[],
  env: Environment,
): string | undefined {
  const backend = backends.find((each) => each['name'] === name);
  if (backend === undefined) {
    const names = backends.flatMap((each) => (typeof each['name'] === 'string' ? [each['name']] : []));
    return unknownMessage('backend', name, names);
  }
  if (backend['enabled'] === false) return `the backend "${name}" is disabled (name another, or set enabled: true)`;
  const settings = readBackendSettings(backend);
  const found = settings === undefined ? undefined : placeBackend(settings, env);
  // What is wrong with the backend itself is told there.
  if (found === undefined || 'problems' in found) return undefined;
  const { protocols, signer, endpoint, url } = found.place;
  if (!protocols.some((protocol) => DIALECTS_OF_API[api]?.includes(protocol) === true))
    return `the backend "${name}" speaks another dialect (name one that speaks ${api})`;
  // The clouds have models alone below these addresses, and sign bodies, which would have to be whole for that.
  const isCloud = signer !== undefined || (endpoint.shape !== undefined && endpoint.shape !== 'azure');
  if (!isCloud && url !== DEMO_URL) return undefined;
  return `the backend "${name}" has models alone, and nothing of the rest of the API (name one at the provider's own API)`;
}
