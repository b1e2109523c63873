/** Something acquired (a slot, a place in flight, a half-open trial) that is given back exactly once. */
export class Lease {
  #release: (() => void) | undefined;

  constructor(release: () => void) {
    this.#release = release;
  }

  /** Gives it back. Later calls do nothing, so every end of an exchange may call it. */
  settle(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }
}
