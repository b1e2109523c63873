import type { Work } from '../../core/work.ts';
import { asObject, type JsonObject } from '../../lib/json.ts';

/** By how many nodes a schema may grow when references are replaced. Beyond that, they stay. */
const MOST_NODES = 5000;
/** A longer text counts as one node for each so many units. */
const UNITS_PER_NODE = 32;
/** How deep replaced references may nest. Beyond that, they stay. */
const DEEPEST = 100;
const ITSELF = '__root';
const PLACES = ['$defs', 'definitions'];

/** The definitions that the references of a JSON Schema point to. */
export class References {
  readonly #definitions = new Map<string, JsonObject>();
  readonly #root: JsonObject;
  readonly #itself: JsonObject;
  readonly #entered = new Set<string>();
  /** The JSON length of objects. */
  readonly #units = new Map<object, number>();
  /** References that cannot be replaced: they are recursive, or the schema would grow too large. */
  readonly isKept: boolean;

  /** `place` is where the schema stands in the request. `work` is the request's budget. */
  constructor(
    root: JsonObject,
    private readonly work: Work,
    private readonly place: string,
  ) {
    this.#root = root;
    this.#itself = withoutPlaces(root);
    for (const place of PLACES) {
      for (const [name, schema] of Object.entries(asObject(root[place]) ?? {})) {
        const definition = asObject(schema);
        if (definition !== undefined) this.#definitions.set(name, definition);
      }
    }
    this.isKept = this.#growth() === ENDLESS;
  }

  /** The references that were merged into the schema whose members come next. */
  enter(references: ReadonlySet<string>): void {
    for (const reference of references) this.#entered.add(reference);
  }

  leave(references: ReadonlySet<string>): void {
    for (const reference of references) this.#entered.delete(reference);
  }

  /** Whether a reference is being visited within itself. */
  isEntered(reference: string): boolean {
    return this.#entered.has(reference);
  }

  /** Takes work for a node and its `members`. Throws TooComplex. */
  visit(members = 0): void {
    this.work.takeValues(1 + members, this.place);
  }

  /** Takes work for a written value, each time a reference leads to it. Throws TooComplex. */
  write(value: unknown): void {
    this.work.takeUnits(this.#unitsOf(value), this.place);
  }

  /** The definitions under their new names. The whole schema is one of them if it refers to itself. */
  get all(): JsonObject {
    const refersToItself = JSON.stringify(this.#root).includes('"$ref":"#"');
    return { ...Object.fromEntries(this.#definitions), ...(refersToItself ? { [ITSELF]: this.#itself } : {}) };
  }

  /** What `reference` points to, always the same object; undefined if that is outside the schema. */
  find(reference: string): JsonObject | undefined {
    if (reference === '#') return this.#itself;
    const name = nameIn(reference);
    return name === undefined ? undefined : this.#definitions.get(name);
  }

  /** The reference, rewritten for definitions in `$defs`. */
  renamed(reference: string): string {
    return `#/$defs/${nameIn(reference) ?? ITSELF}`;
  }

  #unitsOf(value: unknown): number {
    if (typeof value === 'string') return value.length;
    if (typeof value !== 'object' || value === null) return 0;
    const known = this.#units.get(value);
    if (known !== undefined) return known;
    const units = JSON.stringify(value).length;
    this.#units.set(value, units);
    return units;
  }

  /**
   * How much the schema grows when its references are replaced; without limit if one is recursive. Each target is
   * measured once.
   */
  #growth(): Growth {
    const known = new Map<string, Growth>();
    const ofReference = (reference: string, depth: number): Growth => {
      const measured = known.get(reference);
      if (measured !== undefined) return measured;
      // It is open until it is measured. A reference back to an open one is recursive.
      known.set(reference, ENDLESS);
      const growth = ofValue(this.find(reference), depth + 1);
      known.set(reference, growth);
      return growth;
    };
    /** `depth`: the nesting of replaced references; 0 in the schema itself. */
    const ofValue = (value: unknown, depth: number): Growth => {
      if (typeof value !== 'object' || value === null) return depth === 0 ? NOTHING : leaf(value);
      if (depth > DEEPEST) return ENDLESS;
      const own = depth === 0 ? 0 : 1;
      let nodes: number = own;
      let height = 0;
      for (const [key, inner] of Object.entries(value)) {
        if (value === this.#root && PLACES.includes(key)) continue;
        const isReference = key === '$ref' && typeof inner === 'string' && !Array.isArray(value);
        const growth = isReference ? ofReference(inner, depth) : ofValue(inner, depth + own);
        nodes += growth.nodes;
        height = Math.max(height, growth.height);
        if (nodes > MOST_NODES || height > DEEPEST) return ENDLESS;
      }
      return { nodes, height: height + own };
    };
    return ofValue(this.#root, 0);
  }
}

/** The size of what replaces a reference: its nodes, and its nesting. */
interface Growth {
  readonly nodes: number;
  readonly height: number;
}

const NOTHING: Growth = { nodes: 0, height: 0 };
const ENDLESS: Growth = { nodes: Infinity, height: Infinity };

function leaf(value: unknown): Growth {
  return { nodes: typeof value === 'string' ? 1 + Math.floor(value.length / UNITS_PER_NODE) : 1, height: 0 };
}

function nameIn(reference: string): string | undefined {
  const [, name] = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(reference) ?? [];
  return name?.replaceAll('~1', '/').replaceAll('~0', '~');
}

function withoutPlaces(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !PLACES.includes(key)));
}
