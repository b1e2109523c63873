import type { UpstreamError } from '../../core/classify.ts';
import { holdsError, readErrorWord } from '../../core/vendor-error.ts';

/** OpenAI uses 503 where Anthropic uses 529. */
export function errorStatus(status: number): number {
  return status === 529 ? 503 : status;
}

/**
 * Reads `{"error": …}` of OpenAI and compatible vendors: an object, or a string. Google's compatible endpoint wraps it
 * in an array. `error: null` beside a good answer is no error.
 */
export function readError(body: unknown): UpstreamError | undefined {
  const holder: unknown = Array.isArray(body) ? body[0] : body;
  if (!isObject(holder)) return undefined;
  // vLLM's errors have no `error` around them.
  const error = holder['object'] === 'error' ? holder : holder['error'];
  if (error !== holder && !holdsError(holder)) return undefined;
  if (!isObject(error)) return readErrorWord(holder);
  const inner = isObject(error['innererror']) ? error['innererror'] : undefined;
  const type = word(error['type']) ?? word(error['status']) ?? word(holder['type']);
  const code = word(inner?.['code']) ?? word(error['code']) ?? inDetails(error['details'], 'reason');
  return {
    type,
    // Azure names the content filter only in `innererror`, Google's compatible endpoint a bad key only in `details`.
    code,
    message: word(error['message']),
    status: status(error['code']) ?? status(error['status']) ?? status(holder['code']),
    retryAfterMs: retryDelayMs(error['details']),
    object: error,
  };
}

/** Google's RetryInfo: `details: [{retryDelay: "17s"}]`. */
function retryDelayMs(details: unknown): number | undefined {
  const delay = inDetails(details, 'retryDelay');
  return delay !== undefined && /^\d+(\.\d+)?s$/.test(delay) ? Number.parseFloat(delay) * 1000 : undefined;
}

function inDetails(details: unknown, member: string): string | undefined {
  if (!Array.isArray(details)) return undefined;
  for (const detail of details as unknown[]) {
    const value = isObject(detail) ? word(detail[member]) : undefined;
    if (value !== undefined) return value;
  }
  return undefined;
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function status(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 400 && number <= 599 ? number : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
