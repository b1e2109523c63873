/** About what a day of one busy gateway's conversations comes to; each takes some hundred bytes. */
const MOST = 100_000;

/**
 * Which backend keeps what is known by an id (a response, a conversation). Only this process knows it, and only of the
 * latest; what is not known is asked for everywhere.
 */
export class StoredIds {
  readonly #backends = new Map<string, string>();

  remember(id: string, backend: string): void {
    this.#backends.delete(id);
    this.#backends.set(id, backend);
    if (this.#backends.size <= MOST) return;
    const oldest = this.#backends.keys().next();
    if (oldest.done !== true) this.#backends.delete(oldest.value);
  }

  /** The name of the backend; undefined if nobody knows. */
  backendOf(id: string): string | undefined {
    return this.#backends.get(id);
  }
}
