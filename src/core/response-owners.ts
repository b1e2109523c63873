import { FairShares } from './fair-shares.ts';

/** About what a day of one busy gateway's conversations comes to; each takes some hundred bytes. */
const MOST = 200_000;

/**
 * Which backend keeps what a caller knows by an id (a response, an item of one). Only this process knows it, and only of
 * the latest. Whoever tells an id first has it: no other backend takes it over.
 */
export class ResponseOwners {
  readonly #backends = new FairShares<string>(MOST);

  remember(caller: string, id: string, backend: string): void {
    this.#backends.add(caller, id, backend, 1);
  }

  /** The name of the backend; undefined if nobody knows, or it is another caller's. */
  backendOf(caller: string, id: string): string | undefined {
    return this.#backends.get(caller, id);
  }
}
