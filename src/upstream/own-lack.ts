/** Told of each change of state, once. */
export interface OwnLackListener {
  began(code: string): void;
  ended(): void;
}

/** Whether the gateway itself lacks what it takes to ask backends. One for the process. */
export class OwnLack {
  #isFelt = false;

  constructor(private readonly listener: OwnLackListener) {}

  /** It could not ask one, and has asked none since. */
  get isFelt(): boolean {
    return this.#isFelt;
  }

  /** A backend could not be asked, for the reason that `code` names. */
  noted(code: string): void {
    if (this.#isFelt) return;
    this.#isFelt = true;
    this.listener.began(code);
  }

  /** A backend was asked and has answered. */
  over(): void {
    if (!this.#isFelt) return;
    this.#isFelt = false;
    this.listener.ended();
  }
}
