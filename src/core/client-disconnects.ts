import type { Clock } from '../lib/clock.ts';
import type { Exchange } from './exchange.ts';
import { Aborted } from './failure.ts';

/** Requests younger than this may not be listened to yet. */
const YOUNG_MS = 10;

/**
 * Ends exchanges whose clients disconnect. A listener to a request's signal is expensive, and many answers are there
 * before anyone could leave: so listeners are set every few milliseconds, for all requests that have come since and are
 * not over.
 */
export class ClientDisconnects {
  #young: Exchange[] = [];

  constructor(private readonly clock: Clock) {}

  /** From now on, `exchange` is aborted when its client disconnects. */
  watch(exchange: Exchange): void {
    if (this.#young.push(exchange) === 1) this.clock.after(YOUNG_MS, this.#listen);
  }

  readonly #listen = (): void => {
    const young = this.#young;
    this.#young = [];
    for (const exchange of young) if (!exchange.closed) listen(exchange);
  };
}

/** Aborts the exchange if its client has disconnected, where that may not have been noticed yet. */
export function noticeDisconnect(exchange: Exchange): void {
  if (exchange.request.signal.aborted) exchange.abort(new Aborted('client_gone'));
}

function listen(exchange: Exchange): void {
  noticeDisconnect(exchange);
  if (exchange.aborted === undefined)
    exchange.request.signal.addEventListener('abort', new DisconnectListener(exchange));
}

/** An object is cheaper than a function. */
class DisconnectListener implements EventListenerObject {
  constructor(private readonly exchange: Exchange) {}

  handleEvent(): void {
    this.exchange.abort(new Aborted('client_gone'));
  }
}
