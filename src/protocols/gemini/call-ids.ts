import { createHash, randomUUID } from 'node:crypto';

/** An id for a call of an answer that came without one. */
export function newCallId(): string {
  return `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
}

interface Call {
  readonly id: string;
  readonly name: string;
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
    const known = id ?? `call_${createHash('sha256').update(`${this.#count}:${name}`).digest('hex').slice(0, 24)}`;
    this.#count++;
    this.#open.push({ id: known, name });
    return known;
  }

  /** The id of the call that a result is of: the named one, or else the first open one of that name, or of any. */
  ofResult(id: string | undefined, name: string | undefined): string {
    const found = [
      id === undefined ? -1 : this.#open.findIndex((call) => call.id === id),
      this.#open.findIndex((call) => call.name === name),
      name === undefined ? 0 : -1,
    ].find((at) => at !== -1 && at < this.#open.length);
    const call = found === undefined ? undefined : this.#open.splice(found, 1)[0];
    return call?.id ?? id ?? this.ofCall(undefined, name ?? '');
  }
}
