import type { Delivery } from '../../core/delivery.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { Log } from './log.ts';

/** Of each body, so much is logged. */
const MAX_BYTES = 64 * 1024;
/** So much more is looked at, so that a key that lies across the limit is known for one. No key is longer. */
const MARGIN_BYTES = 8 * 1024;
const SEEN_BYTES = MAX_BYTES + MARGIN_BYTES;
/** What a character torn by a cut is decoded as. */
const TORN = /\uFFFD$/;

/** Keeps a copy of bytes that go to the client for the debug log, as far as it takes them. Costs nothing where it is off. */
export function capture({ captured }: Delivery, bytes: Uint8Array): void {
  if (captured === undefined) return;
  const kept = captured.reduce((sum, piece) => sum + piece.byteLength, 0);
  if (kept < SEEN_BYTES) captured.push(new Uint8Array(bytes.subarray(0, SEEN_BYTES - kept)));
}

/** Writes both bodies of a finished exchange to the debug log, keys masked. */
export function logBodies({ traceId, body, delivery }: Exchange, log: Log): void {
  const { captured } = delivery;
  if (captured === undefined) return;
  const asked = body === undefined ? '' : (body.text ?? `(a form of ${body.bytes} bytes)`);
  log.debug('request body', { trace_id: traceId, body: beginning(Buffer.from(asked), log) });
  log.debug('response body', { trace_id: traceId, body: beginning(Buffer.concat(captured), log) });
}

/** Masks before it cuts: half a key is no longer known for one. What may be half a key at the end is left out. */
function beginning(bytes: Buffer, log: Log): string {
  const isWhole = bytes.byteLength < SEEN_BYTES;
  const masked = Buffer.from(log.mask(bytes.subarray(0, SEEN_BYTES).toString('utf8')));
  const end = Math.min(MAX_BYTES, isWhole ? masked.byteLength : masked.byteLength - MARGIN_BYTES);
  return masked.subarray(0, end).toString('utf8').replace(TORN, '');
}
