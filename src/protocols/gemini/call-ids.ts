import { OpenQueue, OpenQueues } from '../../lib/open-queue.ts';
import { generatedId } from '../shared/tools/generated-id.ts';

interface Call {
  readonly id: string;
  readonly name: string;
  /** It has no result yet. */
  isOpen: boolean;
}

/**
 * The calls of a conversation and their results. This dialect may leave out their ids. Generated ids are the same in
 * every turn, so that the backend's prompt cache still hits.
 */
export class CallIds {
  #count = 0;
  readonly #all = new OpenQueue<Call>();
  readonly #byId = new OpenQueues<string, Call>();
  readonly #byName = new OpenQueues<string, Call>();
  /** Calls without an id. Their results have none either. */
  readonly #withoutId = new OpenQueues<string, Call>();

  /** The id of the next call in the conversation. */
  ofCall(id: string | undefined, name: string): string {
    const call = { id: id ?? this.#generated(name), name, isOpen: true };
    this.#all.add(call);
    this.#byId.add(call.id, call);
    this.#byName.add(name, call);
    if (id === undefined) this.#withoutId.add(name, call);
    return call.id;
  }

  /**
   * Finds the call that a result belongs to and gives its id: the call of that id, or the first open call of that name,
   * or the first open call.
   */
  ofResult(id: string | undefined, name: string | undefined): string {
    const call =
      (id === undefined ? undefined : this.#byId.first(id, isOpen)) ??
      (name === undefined
        ? this.#all.first(isOpen)
        : (this.#withoutId.first(name, isOpen) ?? this.#byName.first(name, isOpen)));
    if (call !== undefined) call.isOpen = false;
    return call?.id ?? id ?? this.#generated(name ?? '');
  }

  #generated(name: string): string {
    return generatedId(`${this.#count++}:${name}`);
  }
}

function isOpen(call: Call): boolean {
  return call.isOpen;
}
