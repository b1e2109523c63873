/** Names or ids in the characters that Anthropic takes, and back. The same in every request of a conversation. */
export class WireNames {
  readonly #wire = new Map<string, string>();
  readonly #original = new Map<string, string>();

  constructor(private readonly maxLength: number) {}

  /** The name as Anthropic gets it: itself, nearly always. */
  wire(name: string): string {
    const known = this.#wire.get(name);
    if (known !== undefined) return known;
    const plain = name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, this.maxLength) || '_';
    let wire = plain;
    for (let n = 2; this.#original.has(wire); n++) wire = `${plain.slice(0, this.maxLength - 6)}_${n}`;
    this.#wire.set(name, wire);
    this.#original.set(wire, name);
    return wire;
  }

  /** The name that Anthropic's stands for. */
  original(wire: string): string {
    return this.#original.get(wire) ?? wire;
  }
}
