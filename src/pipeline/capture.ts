import type { Exchange } from '../core/exchange.ts';
import type { Log } from '../observe/log.ts';

/** Of each body, so much is logged. */
const MAX_BYTES = 64 * 1024;

/** Keeps bytes that go to the client for the debug log, as far as it takes them. Costs nothing where it is off. */
export function capture(exchange: Exchange, bytes: Uint8Array): void {
  if (exchange.captured === undefined) return;
  const kept = exchange.captured.reduce((sum, piece) => sum + piece.byteLength, 0);
  if (kept < MAX_BYTES) exchange.captured.push(bytes.subarray(0, MAX_BYTES - kept));
}

/** Writes both bodies of a finished exchange to the debug log, which masks keys in them. */
export function logBodies({ traceId, body, captured }: Exchange, log: Log): void {
  if (captured === undefined) return;
  const decoder = new TextDecoder();
  const asked = body === undefined ? '' : (body.text ?? `(a form of ${body.bytes} bytes)`);
  log.debug('request body', { trace_id: traceId, body: decoder.decode(Buffer.from(asked).subarray(0, MAX_BYTES)) });
  log.debug('response body', { trace_id: traceId, body: decoder.decode(Buffer.concat(captured)) });
}
