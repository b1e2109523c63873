import { OpenQueues } from '../../lib/open-queue.ts';
import { WireNames } from './names.ts';

const MAX_ID = 256;

/**
 * The call ids of a conversation in the form that Anthropic takes. No two calls have the same id, although some
 * backends start counting again in every turn.
 */
export class CallIds {
  readonly #names = new WireNames(MAX_ID);
  /** How many calls have used an id. */
  readonly #uses = new Map<string, number>();
  /** The calls of an id that have no result yet, by the id that Anthropic gets. */
  readonly #open = new OpenQueues<string, string>();
  readonly #answered = new Set<string>();

  ofCall(id: string): string {
    const uses = (this.#uses.get(id) ?? 0) + 1;
    this.#uses.set(id, uses);
    const wire = this.#names.wire(uses === 1 ? id : `${id}_${uses}`);
    this.#open.add(id, wire);
    return wire;
  }

  /** Finds the call that a result belongs to, and gives its id. */
  ofResult(id: string): string {
    const wire = this.#open.first(id, (call) => !this.#answered.has(call));
    if (wire === undefined) return this.#names.wire(id);
    this.#answered.add(wire);
    return wire;
  }
}
