import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';

/** A schema may grow by this many nodes when its references are replaced; beyond, they stay. */
const MOST_NODES = 5000;
const ITSELF = '__root';
const PLACES = ['$defs', 'definitions'];

/** What the references of a JSON Schema refer to in itself. */
export class References {
  readonly #definitions = new Map<string, JsonObject>();
  readonly #root: JsonObject;
  /** They cannot be replaced: one leads back to itself, or the schema would grow beyond all bounds. */
  readonly isKept: boolean;

  constructor(root: JsonObject) {
    this.#root = root;
    for (const place of PLACES) {
      for (const [name, schema] of Object.entries(asObject(root[place]) ?? {})) {
        const definition = asObject(schema);
        if (definition !== undefined) this.#definitions.set(name, definition);
      }
    }
    this.isKept = !this.#isReplaceable();
  }

  /** The definitions by the names that `renamed` gives them; the whole schema is one where it refers to itself. */
  get all(): JsonObject {
    const refersToItself = JSON.stringify(this.#root).includes('"$ref":"#"');
    return { ...Object.fromEntries(this.#definitions), ...(refersToItself ? { [ITSELF]: this.find('#') } : {}) };
  }

  /** What `reference` refers to; undefined if that is not in the schema. */
  find(reference: string): JsonObject | undefined {
    if (reference === '#') return withoutPlaces(this.#root);
    const name = nameIn(reference);
    return name === undefined ? undefined : this.#definitions.get(name);
  }

  /** `schema` itself; of a reference what it refers to, with what stands beside it. */
  resolved(schema: unknown): JsonObject {
    const { $ref: reference, ...beside } = asObject(schema) ?? {};
    const name = asString(reference);
    return name === undefined ? beside : { ...this.find(name), ...beside };
  }

  /** The reference as it is where all definitions are in `$defs`. */
  renamed(reference: string): string {
    return `#/$defs/${nameIn(reference) ?? ITSELF}`;
  }

  #isReplaceable(): boolean {
    let grown = 0;
    const visit = (value: unknown, open: readonly string[]): boolean => {
      if (typeof value !== 'object' || value === null) return true;
      if (open.length > 0 && ++grown > MOST_NODES) return false;
      if (Array.isArray(value)) return asArray(value).every((inner) => visit(inner, open));
      return Object.entries(value).every(([key, inner]) => {
        if (value === this.#root && PLACES.includes(key)) return true;
        if (key !== '$ref' || typeof inner !== 'string') return visit(inner, open);
        return !open.includes(inner) && visit(this.find(inner), [...open, inner]);
      });
    };
    return visit(this.#root, []);
  }
}

function nameIn(reference: string): string | undefined {
  const [, name] = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(reference) ?? [];
  return name?.replaceAll('~1', '/').replaceAll('~0', '~');
}

function withoutPlaces(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !PLACES.includes(key)));
}
