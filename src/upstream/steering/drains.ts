import type { BackendLive } from '../../core/backend-live.ts';
import type { AuditEntry } from '../../storage/audit.ts';
import type { Store } from '../../storage/store.ts';
import { StoreUnavailable } from '../../storage/store-errors.ts';

/** Under which the store keeps the names of drained backends. */
const FACT = 'drained_backends';

/** What came of draining a backend, or of ending that. */
export interface Drained {
  readonly changed: boolean;
  /** A restart does not forget it. */
  readonly kept: boolean;
}

/** The backends that operators have taken out of use. It outlives reloads, and with a store restarts. */
export class Drains {
  #names = new Set<string>();
  /** How often operators have said something. */
  #changes = 0;

  constructor(private readonly backend: (name: string) => BackendLive) {}

  /** Takes over what the store has, unless an operator has said something else meanwhile. */
  async restore(store: Store): Promise<void> {
    const changes = this.#changes;
    const kept = await store.facts.get(FACT);
    if (changes !== this.#changes) return;
    for (const name of kept === undefined ? [] : (JSON.parse(kept) as readonly string[])) this.#set(name, true);
  }

  names(): string[] {
    return [...this.#names].toSorted();
  }

  /**
   * Takes a backend out of use, or into use again. It counts at once: a store that cannot be written must not keep an
   * operator from it.
   */
  async set(name: string, drained: boolean, opened: Promise<Store> | undefined, audit: AuditEntry): Promise<Drained> {
    const changed = this.#names.has(name) !== drained;
    this.#changes++;
    this.#set(name, drained);
    if (opened === undefined) return { changed, kept: false };
    try {
      if (changed) await (await opened).facts.put(FACT, JSON.stringify(this.names()), { audit });
      return { changed, kept: true };
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      return { changed, kept: false };
    }
  }

  #set(name: string, drained: boolean): void {
    this.backend(name).draining = drained;
    if (drained) this.#names.add(name);
    else this.#names.delete(name);
  }
}
