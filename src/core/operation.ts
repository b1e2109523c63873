import type { Endpoint } from './exchange.ts';
import type { ProtocolName } from './part.ts';

/**
 * What cools down of a model at a backend: `openai-chat generate`, for what is translated is asked for at another path in
 * each dialect, and the path itself (`/images/edits`) for what is not. Only so many: it comes into logs and maps.
 */
export function operationName(
  { operation, target }: Pick<Endpoint, 'operation' | 'target'>,
  upstream: ProtocolName,
): string {
  if (operation !== 'native') return `${upstream} ${operation}`;
  const end = target.indexOf('/', 1);
  return end === -1 || KNOWN.has(target) ? target : `${target.slice(0, end)}/*`;
}

/** Whether a client made up the path, so that nobody may be blamed for not having it. */
export function isMadeUp(operation: string): boolean {
  return operation.endsWith('/*');
}

/** The paths of more than one segment that the APIs document; of others only the first segment counts. */
const KNOWN: ReadonlySet<string> = new Set([
  '/images/generations',
  '/images/edits',
  '/images/variations',
  '/audio/speech',
  '/audio/transcriptions',
  '/audio/translations',
  '/responses/compact',
]);
