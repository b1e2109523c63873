import { Bag } from '../lib/bag.ts';
import type { BagItem } from '../lib/bag.ts';
import type { Clock } from '../lib/clock.ts';
import type { Exchange } from './exchange.ts';
import { Aborted } from './failure.ts';

/** Requests younger than this may not be listened to yet. */
const YOUNG_MS = 10;

/**
 * Ends exchanges whose clients leave. A listener to a request's signal is dear, and many answers are there before anyone
 * could leave: so listeners are set every few milliseconds, for all requests that have come since and are not over.
 */
export class Departures {
  readonly #unheard = new Bag<Departure>();
  #isDue = false;

  constructor(private readonly clock: Clock) {}

  /** From now on, `exchange` is aborted when its client leaves. */
  watch(exchange: Exchange): void {
    exchange.departure = new Departure(exchange);
    this.#unheard.add(exchange.departure);
    if (this.#isDue) return;
    this.#isDue = true;
    this.clock.after(YOUNG_MS, this.#listen);
  }

  /** To be called when the exchange is over. */
  forget({ departure }: Exchange): void {
    if (departure !== undefined) this.#unheard.delete(departure);
  }

  readonly #listen = (): void => {
    this.#isDue = false;
    for (const departure of this.#unheard.all()) {
      this.#unheard.delete(departure);
      departure.listen();
    }
  };
}

/** That the client of one exchange leaves. It is an event listener itself, which is cheaper than a function. */
export class Departure implements BagItem {
  /** Its place among those that are not listened to yet. */
  slot = -1;

  constructor(private readonly exchange: Exchange) {}

  listen(): void {
    const { signal } = this.exchange.request;
    if (signal.aborted) this.handleEvent();
    else signal.addEventListener('abort', this);
  }

  /** Where nobody listens yet: looks whether the client has left. */
  look(): void {
    if (this.slot !== -1 && this.exchange.request.signal.aborted) this.handleEvent();
  }

  handleEvent(): void {
    this.exchange.abort(new Aborted('client_gone'));
  }
}
