import { madeUpId } from '../made-up-id.ts';

interface Call {
  readonly id: string;
  readonly name: string;
  /** It came without an id, and so will its result. */
  readonly isMadeUp: boolean;
}

/**
 * The calls of a conversation, whose ids this dialect may leave out, and which results are theirs. What is made up for
 * a call is the same in every turn, or the backend's cache of the prompt would be of no use.
 */
export class CallIds {
  #count = 0;
  /** The calls that have no result yet, in their order. */
  readonly #open: Call[] = [];

  /** The id of the next call of the conversation. */
  ofCall(id: string | undefined, name: string): string {
    const known = id ?? this.#madeUp(name);
    this.#open.push({ id: known, name, isMadeUp: id === undefined });
    return known;
  }

  /** The id of the call that a result is of: the named one, or else the first open one of its name, or of any. */
  ofResult(id: string | undefined, name: string | undefined): string {
    const isOf: readonly ((call: Call) => boolean)[] = [
      (call) => call.id === id,
      (call) => call.name === name && call.isMadeUp,
      (call) => call.name === name,
      () => name === undefined,
    ];
    const at = isOf.map((fits) => this.#open.findIndex(fits)).find((found) => found !== -1);
    const call = at === undefined ? undefined : this.#open.splice(at, 1)[0];
    return call?.id ?? id ?? this.#madeUp(name ?? '');
  }

  #madeUp(name: string): string {
    return madeUpId(`${this.#count++}:${name}`);
  }
}
