import type { Endpoint } from '../core/exchange.ts';

/**
 * What an endpoint is called: its path without what a request names in it (`chat/completions`, `responses`,
 * `generateContent`). Undefined for what is passed through, whose path is the provider's.
 */
export function endpointName({ target, resource, through }: Endpoint, path: string): string | undefined {
  if (through !== undefined) return undefined;
  // Gemini's dialect has the model in the path, and says behind it what is asked of it.
  if (target === '') return path.slice(path.lastIndexOf(':') + 1);
  return resource === undefined ? target.slice(1) : target.split('/', 2)[1];
}
