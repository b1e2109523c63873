/** Told of each change of state, once. */
export interface ShortageListener {
  began(code: string): void;
  ended(): void;
}

/** Whether the gateway itself lacks what it takes to ask backends. One for the process. */
export class Shortage {
  #isOn = false;

  constructor(private readonly listener: ShortageListener) {}

  /** It could not ask one, and none has answered since. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** A backend could not be asked, for the reason that `code` names. */
  noted(code: string): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.listener.began(code);
  }

  /** A backend was asked and has answered. */
  over(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.listener.ended();
  }
}
