import type { BrokenStream } from '../core/broken-stream.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { cutShort, interruption } from '../translation/interruption.ts';
import { translateError } from '../translation/translate-error.ts';

/** The error event by which the client of a stream is told that it is broken; undefined where it has been told already. */
export function lastWords(
  { failure, code, sent, refusal, form }: BrokenStream,
  { traceId }: Exchange,
  client: Protocol,
): string | Uint8Array | undefined {
  const { kind } = failure;
  switch (sent?.type) {
    case undefined:
      return form.error(refusal === undefined ? interruption(kind, code, traceId) : cutShort(refusal, traceId));
    case 'own':
      return sent.event;
    case 'foreign': {
      const event = client.errors.asEvent(sent.error);
      return event === undefined ? form.error(interruption(kind, 'stream_interrupted', traceId)) : form.event(event);
    }
    case 'translated':
      return form.error(
        kind === 'refused' ? interruption(kind, 'provider_refused', traceId) : translateError(failure, client, traceId),
      );
  }
}
