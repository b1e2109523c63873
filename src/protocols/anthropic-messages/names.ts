/** Room for a number that makes equal names distinct, including its `_`. */
const NUMBER_CHARACTERS = 8;

/** Ids in the characters that Anthropic takes. They are the same in every request of a conversation. */
export class WireNames {
  readonly #wire = new Map<string, string>();
  readonly #taken = new Set<string>();
  /** The last number given, by the beginning of the name. */
  readonly #numbers = new Map<string, number>();

  constructor(private readonly maxLength: number) {}

  /** The id that Anthropic gets: nearly always the id itself. */
  wire(name: string): string {
    const known = this.#wire.get(name);
    if (known !== undefined) return known;
    const plain = name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, this.maxLength) || '_';
    let wire = plain;
    while (this.#taken.has(wire)) wire = this.#numbered(plain);
    this.#wire.set(name, wire);
    this.#taken.add(wire);
    return wire;
  }

  /** The next number for a name. No number is tried twice, however many names are alike. */
  #numbered(plain: string): string {
    const begin = plain.slice(0, this.maxLength - NUMBER_CHARACTERS);
    const number = (this.#numbers.get(begin) ?? 1) + 1;
    this.#numbers.set(begin, number);
    return `${begin}_${number}`;
  }
}
