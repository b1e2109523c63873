import { OpenQueues } from '../../lib/open-queue.ts';
import { WireNames } from './names.ts';

const MAX_ID = 256;

/**
 * The ids of a conversation's calls as Anthropic takes them: no two calls have the same. Some backends count anew in
 * every turn.
 */
export class CallIds {
  readonly #names = new WireNames(MAX_ID);
  /** How often an id was used. */
  readonly #uses = new Map<string, number>();
  /** The calls of an id that have no result yet, as Anthropic knows them. */
  readonly #open = new OpenQueues<string, string>();
  readonly #answered = new Set<string>();

  ofCall(id: string): string {
    const uses = (this.#uses.get(id) ?? 0) + 1;
    this.#uses.set(id, uses);
    const wire = this.#names.wire(uses === 1 ? id : `${id}_${uses}`);
    this.#open.add(id, wire);
    return wire;
  }

  /** The id of the call that a result is of. */
  ofResult(id: string): string {
    const wire = this.#open.first(id, (call) => !this.#answered.has(call));
    if (wire === undefined) return this.#names.wire(id);
    this.#answered.add(wire);
    return wire;
  }
}
