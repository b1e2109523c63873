import { Bag } from '../lib/bag.ts';
import type { BagItem } from '../lib/bag.ts';
import type { Clock } from '../lib/clock.ts';
import type { Exchange } from './exchange.ts';
import { Aborted } from './failure.ts';

/** How late the leaving of a client may be noticed, in the first moments of its request. */
const LATE_MS = 10;

/**
 * Ends exchanges whose clients leave. A listener to a request's signal is dear, and many answers are there before anyone
 * could leave: so an exchange is given one only when it is a few milliseconds old, all of that age together.
 */
export class Departures {
  readonly #unheard = new Bag<Client>();
  #isDue = false;

  constructor(private readonly clock: Clock) {}

  /** From now on, `exchange` is aborted when its client leaves. */
  watch(exchange: Exchange): void {
    const client = new Client(exchange);
    exchange.client = client;
    this.#unheard.add(client);
    if (this.#isDue) return;
    this.#isDue = true;
    this.clock.after(LATE_MS, this.#listen);
  }

  /** To be called when the exchange is over. */
  forget({ client }: Exchange): void {
    if (client !== undefined) this.#unheard.delete(client);
  }

  readonly #listen = (): void => {
    this.#isDue = false;
    for (const client of this.#unheard.all()) {
      this.#unheard.delete(client);
      client.listen();
    }
  };
}

/** The client of one exchange. It is an event listener itself, which is cheaper than a function. */
export class Client implements BagItem {
  slot = -1;

  constructor(private readonly exchange: Exchange) {}

  listen(): void {
    const { signal } = this.exchange.request;
    if (signal.aborted) this.handleEvent();
    else signal.addEventListener('abort', this);
  }

  handleEvent(): void {
    this.exchange.abort(new Aborted('client_gone'));
  }
}
