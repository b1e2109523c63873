import { openStore, type StorePlace } from './open-store.ts';
import type { Store } from './store.ts';

/** The one store of the process, for all who need it: opened when the first asks, and again by the next if that failed. */
export class SharedStore {
  #place: StorePlace | undefined;
  #opening: Promise<Store> | undefined;
  #open: Store | undefined;

  /** Where it is, once and for all: another place counts after a restart. */
  use(place: StorePlace): void {
    this.#place ??= place;
  }

  /** There is a place for it. */
  get isConfigured(): boolean {
    return this.#place !== undefined;
  }

  /** The store, if it is open. */
  get current(): Store | undefined {
    return this.#open;
  }

  /** Rejects with `StoreUnavailable` while the database cannot be used. */
  readonly get = (): Promise<Store> => {
    return (this.#opening ??= this.#openIt());
  };

  async close(): Promise<void> {
    const store = await this.#opening?.catch(() => undefined);
    await store?.close();
  }

  async #openIt(): Promise<Store> {
    if (this.#place === undefined) throw new Error('no database is configured');
    try {
      this.#open = await openStore(this.#place);
      return this.#open;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }
}
