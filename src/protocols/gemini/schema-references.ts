import type { Work } from '../../core/work.ts';
import { asObject, type JsonObject } from '../../lib/json.ts';

/** A schema may grow by this many nodes when its references are replaced; beyond, they stay. */
const MOST_NODES = 5000;
/** A longer text counts for as many nodes as it has so many units. */
const UNITS_PER_NODE = 32;
/** So deep may what replaces references stand within each other; beyond, they stay. */
const DEEPEST = 100;
const ITSELF = '__root';
const PLACES = ['$defs', 'definitions'];

/** What the references of a JSON Schema refer to in itself. */
export class References {
  readonly #definitions = new Map<string, JsonObject>();
  readonly #root: JsonObject;
  readonly #itself: JsonObject;
  readonly #entered = new Set<string>();
  /** How long the JSON of objects is. */
  readonly #units = new Map<object, number>();
  /** They cannot be replaced: one leads back to itself, or the schema would grow beyond all bounds. */
  readonly isKept: boolean;

  /** `place`: where the schema stands in the request, whose `work` is drawn on. */
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

  /** What these references refer to has been joined into the schema whose members are looked at next. */
  enter(references: ReadonlySet<string>): void {
    for (const reference of references) this.#entered.add(reference);
  }

  leave(references: ReadonlySet<string>): void {
    for (const reference of references) this.#entered.delete(reference);
  }

  /** Whether one is looked at within itself. */
  isEntered(reference: string): boolean {
    return this.#entered.has(reference);
  }

  /** Takes for looking at a node and its `members`. Throws TooComplex. */
  visit(members = 0): void {
    this.work.takeValues(1 + members, this.place);
  }

  /** Takes for a value that is written, as often as a reference leads to it. Throws TooComplex. */
  write(value: unknown): void {
    this.work.takeUnits(this.#unitsOf(value), this.place);
  }

  /** The definitions by the names that `renamed` gives them; the whole schema is one where it refers to itself. */
  get all(): JsonObject {
    const refersToItself = JSON.stringify(this.#root).includes('"$ref":"#"');
    return { ...Object.fromEntries(this.#definitions), ...(refersToItself ? { [ITSELF]: this.#itself } : {}) };
  }

  /** What `reference` refers to, the same object each time; undefined if that is not in the schema. */
  find(reference: string): JsonObject | undefined {
    if (reference === '#') return this.#itself;
    const name = nameIn(reference);
    return name === undefined ? undefined : this.#definitions.get(name);
  }

  /** The reference as it is where all definitions are in `$defs`. */
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
   * How much comes in where references are replaced; beyond any bound if one leads back to itself. What each refers to is
   * measured once.
   */
  #growth(): Growth {
    const known = new Map<string, Growth>();
    const ofReference = (reference: string, depth: number): Growth => {
      const measured = known.get(reference);
      if (measured !== undefined) return measured;
      // Until it is measured it is open, and a way back to it has no end.
      known.set(reference, ENDLESS);
      const growth = ofValue(this.find(reference), depth + 1);
      known.set(reference, growth);
      return growth;
    };
    /** `depth`: how deep in what would come in; 0 for what stands there already. */
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

/** What replaces references: how many nodes, and how deep within each other. */
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
