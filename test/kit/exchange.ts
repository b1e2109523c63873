import { Exchange } from '../../src/core/exchange.ts';
import type { Clock } from '../../src/lib/clock.ts';

/** An exchange that has just begun, for what minds exchanges and needs no gateway. */
export function exchangeOf(clock: Clock, request = new Request('http://x/')): Exchange {
  const head = { request, headers: {}, method: 'POST', path: '/', query: '', peer: '127.0.0.1' };
  return new Exchange(
    { ...head, protocol: 'openai-chat', endpoint: undefined },
    { traceId: 'trace', clientIp: '127.0.0.1' },
    clock,
  );
}
