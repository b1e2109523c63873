import type { Exchange } from '../../core/exchange.ts';
import type { Tap } from '../../core/tap.ts';
import type { Log } from './log.ts';
import { maskedBeginning } from './masked-beginning.ts';

/** Of each body, so much is logged. */
const MAX_BYTES = 64 * 1024;
/** So much more is looked at, so that a key that lies across the limit is known for one. No key is longer. */
const MARGIN_BYTES = 8 * 1024;
const SEEN_BYTES = MAX_BYTES + MARGIN_BYTES;

/** Writes both bodies of a finished exchange to the debug log, keys masked. */
export class BodyTap implements Tap {
  readonly readsRequest = true;
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;

  constructor(
    private readonly exchange: Exchange,
    private readonly log: Log,
  ) {}

  /** Keeps a copy, as far as the log takes it. */
  sent(bytes: Uint8Array): void {
    if (this.#bytes >= SEEN_BYTES) return;
    const piece = new Uint8Array(bytes.subarray(0, SEEN_BYTES - this.#bytes));
    this.#pieces.push(piece);
    this.#bytes += piece.byteLength;
  }

  ended(): void {
    const { traceId, body } = this.exchange;
    const asked = body === undefined ? '' : (body.text ?? `(a form of ${body.bytes} bytes)`);
    const { log } = this;
    log.debug('request body', { trace_id: traceId, body: beginning(Buffer.from(asked), log) });
    log.debug('response body', { trace_id: traceId, body: beginning(Buffer.concat(this.#pieces), log) });
  }
}

function beginning(bytes: Buffer, log: Log): string {
  const isWhole = bytes.byteLength < SEEN_BYTES;
  const seen = bytes.subarray(0, SEEN_BYTES);
  const masked = log.mask(seen.toString('utf8'));
  return maskedBeginning(masked, { mostBytes: MAX_BYTES, marginBytes: MARGIN_BYTES, isWhole }).text;
}
