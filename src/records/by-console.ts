import type { Exchange } from '../core/exchange.ts';

/** What pages of the console send, where nobody has to sign in and there is no session to know them by. */
export const CONSOLE_HEADER = 'x-llm-proxy-console';

/** Whether a page of the console reads something: a file of its own, or what the admin API shows. Changes are none of this. */
export function isByConsole({ endpoint, method, caller, headers }: Exchange): boolean {
  if (endpoint?.handler !== 'admin' && endpoint?.handler !== 'console') return false;
  if (method !== 'GET' && method !== 'HEAD') return false;
  return endpoint.handler === 'console' || caller?.session !== undefined || headers[CONSOLE_HEADER] !== undefined;
}
