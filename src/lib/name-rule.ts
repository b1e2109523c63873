/**
 * What a rule says of a name, remembered: a process meets few names again and again, and whoever sends many of its own
 * pays for them itself.
 */
export class NameRule {
  readonly #known = new Map<string, boolean>();

  constructor(private readonly rule: (name: string) => boolean) {}

  has(name: string): boolean {
    return this.#known.get(name) ?? this.#ask(name);
  }

  #ask(name: string): boolean {
    const verdict = this.rule(name);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    if (name.length <= LONGEST_KNOWN) this.#known.set(name, verdict);
    return verdict;
  }
}

const MOST_KNOWN = 512;
const LONGEST_KNOWN = 64;
