/** Tells the blocks of one stream apart: the number of a block, its id, or a word where a dialect has but one of the kind. */
type Key = number | string;

/** A tool call is a client's to carry out. All else is text: thoughts, pictures, and calls that the provider carries out itself. */
type Kind = 'text' | 'call';

/** What has come whole of the blocks of one stream: its texts and its tool calls. */
export class Blocks {
  /** Texts that have begun. */
  texts = 0;
  textIsWhole = false;
  callIsWhole = false;
  readonly #open = new Map<Key, Kind>();

  /** A block begins or goes on. Only its end ends it. */
  says(kind: Kind, key: Key): void {
    if (this.#open.has(key)) return;
    this.#open.set(key, kind);
    if (kind === 'text') this.texts++;
  }

  /** The same in a dialect that does not say where a block ends: the next ends it. Text does not end a call. */
  turnsTo(kind: Kind, key: Key): void {
    for (const [other, open] of this.#open) {
      if (other !== key && (kind === 'call' || open === 'text')) this.ends(other);
    }
    this.says(kind, key);
  }

  ends(key: Key): void {
    const kind = this.#open.get(key);
    if (kind === undefined) return;
    this.#open.delete(key);
    if (kind === 'call') this.callIsWhole = true;
    else this.textIsWhole = true;
  }
}
