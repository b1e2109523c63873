import type { Environment } from './environment.ts';

/** Whether the usual variables name a proxy for a protocol (`https:`), or for any, as Bun's `fetch` goes by them. */
export function namesProxy(env: Environment, protocol?: string): boolean {
  const names = ['ALL_PROXY', 'all_proxy'];
  if (protocol !== 'http:') names.push('HTTPS_PROXY', 'https_proxy');
  if (protocol !== 'https:') names.push('HTTP_PROXY', 'http_proxy');
  return names.some((name) => (env[name] ?? '') !== '');
}
