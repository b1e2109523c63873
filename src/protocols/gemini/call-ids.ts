import { OpenQueue, OpenQueues } from '../../lib/open-queue.ts';
import { generatedId } from '../shared/tools/generated-id.ts';

interface Call {
  readonly id: string;
  readonly name: string;
  /** It has no result yet. */
  isOpen: boolean;
}

/**
 * The calls of a conversation, whose ids this dialect may leave out, and which results are theirs. What is made up for
 * a call is the same in every turn, or the backend's cache of the prompt would be of no use.
 */
export class CallIds {
  #count = 0;
  readonly #all = new OpenQueue<Call>();
  readonly #byId = new OpenQueues<string, Call>();
  readonly #byName = new OpenQueues<string, Call>();
  /** Those that came without an id, and so will their results. */
  readonly #withoutId = new OpenQueues<string, Call>();

  /** The id of the next call of the conversation. */
  ofCall(id: string | undefined, name: string): string {
    const call = { id: id ?? this.#madeUp(name), name, isOpen: true };
    this.#all.add(call);
    this.#byId.add(call.id, call);
    this.#byName.add(name, call);
    if (id === undefined) this.#withoutId.add(name, call);
    return call.id;
  }

  /** The id of the call that a result is of: the named one, or else the first open one of its name, or of any. */
  ofResult(id: string | undefined, name: string | undefined): string {
    const call =
      (id === undefined ? undefined : this.#byId.first(id, isOpen)) ??
      (name === undefined
        ? this.#all.first(isOpen)
        : (this.#withoutId.first(name, isOpen) ?? this.#byName.first(name, isOpen)));
    if (call !== undefined) call.isOpen = false;
    return call?.id ?? id ?? this.#madeUp(name ?? '');
  }

  #madeUp(name: string): string {
    return generatedId(`${this.#count++}:${name}`);
  }
}

function isOpen(call: Call): boolean {
  return call.isOpen;
}
