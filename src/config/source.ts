import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Alias, Document, Node, Pair, Scalar, YAMLMap } from 'yaml';
import type { z } from 'zod';
import { aliasTargets } from './yaml-aliases.ts';
import type { ConfigPath } from './problem.ts';
import { Scalars, type SourceOptions } from './scalars.ts';
import { childSchema, shapeOf } from './shape.ts';

type Schema = z.core.$ZodType;

/** A problem and its offset in the text. */
export interface SourceProblem {
  path: ConfigPath;
  offset: number;
  message: string;
}

/** The values of a YAML document, with scalars converted to the types that the schema expects, and their offsets. */
export interface Source {
  value: unknown;
  problems: SourceProblem[];
  /** The offset of the key, or of the nearest parent if it is missing. */
  offsetOf(path: ConfigPath): number;
  /** The offsets of all values that stand in the text, by their paths as JSON. */
  readonly offsets: ReadonlyMap<string, number>;
  /** What is known of its scalars: which came from variables, and where secrets are. */
  readonly scalars: Scalars;
  /** Whether reading stopped early, with a problem that says so; values are missing then. */
  readonly isCut: boolean;
}

/** Reads the values that `schema` knows; what is below unknown keys is skipped. */
export function readSource(document: Document.Parsed, schema: Schema, options: SourceOptions): Source {
  return new Reader(document, options).read(schema);
}

/** The most values that aliases may expand to: enough for any config, too few for a "billion laughs" attack. */
const MAX_ALIASED = 100_000;

const DUPLICATE = 'duplicate key (remove one of the two)';
const IMPOSSIBLE = 'cannot be used as a key (choose another name)';

class Reader {
  readonly #document: Document.Parsed;
  readonly #scalars: Scalars;
  readonly #targets: Map<Alias, Node>;
  readonly #problems: SourceProblem[] = [];
  readonly #offsets = new Map<string, number>();
  /** The aliases that are being read, outermost first. */
  readonly #aliases: Alias[] = [];
  #aliased = 0;

  constructor(document: Document.Parsed, options: SourceOptions) {
    this.#document = document;
    this.#scalars = new Scalars(options);
    this.#targets = aliasTargets(document);
  }

  read(schema: Schema): Source {
    return {
      value: this.#value(this.#document.contents, schema, []),
      problems: this.#problems,
      offsetOf: (path) => this.#offsetOf(path),
      offsets: this.#offsets,
      scalars: this.#scalars,
      isCut: this.#aliased > MAX_ALIASED,
    };
  }

  #value(node: Node | null, schema: Schema, path: ConfigPath): unknown {
    if (isAlias(node)) return this.#throughAlias(node, path, (target) => this.#value(target, schema, path));
    if (this.#aliases.length > 0 && !this.#countAliased(path)) return undefined;
    const shape = shapeOf(schema);
    // "backends:" with everything below it commented out counts as absent.
    const isEmpty = node === null || (isScalar(node) && node.value === null);
    if (shape.kind === 'map' || shape.kind === 'record') {
      if (shape.kind === 'map' && shape.orText && isScalar(node)) return this.#scalar(node, schema, 'text', path);
      return isEmpty ? {} : isMap(node) ? this.#map(node, schema, path) : misfit(node);
    }
    if (shape.kind === 'list') {
      if (isEmpty) return undefined;
      return isSeq(node)
        ? node.items.map((item, index) => this.#item(item as Node, shape.items, [...path, index]))
        : misfit(node);
    }
    if (isScalar(node)) return this.#scalar(node, schema, shape.kind, path);
    return isEmpty ? null : misfit(node);
  }

  #item(node: Node, schema: Schema, path: ConfigPath): unknown {
    this.#offsets.set(keyOf(path), node.range?.[0] ?? this.#offsetOf(path));
    return this.#value(node, schema, path);
  }

  #map(map: YAMLMap, schema: Schema, path: ConfigPath): unknown {
    const result = {};
    this.#pairs(map, schema, path, result);
    return result;
  }

  /** Adds the pairs of `map` to `result`, then those of its `<<` keys that `result` does not have. */
  #pairs(map: YAMLMap, schema: Schema, path: ConfigPath, result: Record<string, unknown>): void {
    const own = new Set<string>();
    const merges: Node[] = [];
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      if (!isScalar(pair.key)) continue;
      const key = typeof pair.key.value === 'string' ? pair.key.value : '';
      if (key === '<<' && pair.key.type === 'PLAIN') {
        if (pair.value) merges.push(pair.value);
        continue;
      }
      const place = [...path, key];
      const problem = own.has(key) ? DUPLICATE : key === '__proto__' ? IMPOSSIBLE : undefined;
      if (problem) this.#report(place, problem, pair.key.range?.[0]);
      else if (!Object.hasOwn(result, key)) {
        this.#offsets.set(keyOf(place), pair.key.range?.[0] ?? 0);
        const child = childSchema(schema, key);
        result[key] = child ? this.#value(pair.value, child, place) : null;
      }
      own.add(key);
    }
    for (const merge of merges) this.#merge(merge, schema, path, result);
  }

  #merge(node: Node, schema: Schema, path: ConfigPath, result: Record<string, unknown>): void {
    if (isAlias(node)) this.#throughAlias(node, path, (target) => this.#merge(target, schema, path, result));
    else if (isMap(node)) this.#pairs(node, schema, path, result);
    else if (isSeq(node)) for (const item of node.items) this.#merge(item as Node, schema, path, result);
    else
      this.#report(path, '"<<" has nothing to merge (give it an alias of a map, or a list of them)', node.range?.[0]);
  }

  #throughAlias<T>(alias: Alias, path: ConfigPath, read: (target: Node) => T): T | undefined {
    const target = this.#targets.get(alias);
    const isInside = this.#aliases.includes(alias);
    if (!target || isInside) {
      const remedy = isInside
        ? 'repeat a value that stands above this one'
        : `add the anchor &${alias.source} above it; for a name, use quotes: '*${alias.source}'`;
      const what = isInside ? 'contains itself' : 'has no anchor before it';
      // An unquoted `*:` is reported by `unquotedWildcard`, which looks for it at this offset.
      const offset = alias.source.endsWith(':') ? alias.range?.[0] : undefined;
      this.#report(path, `the alias *${alias.source} ${what} (${remedy})`, offset);
      return undefined;
    }
    if (!this.#countAliased(path)) return undefined;
    this.#aliases.push(alias);
    const value = read(target);
    this.#aliases.pop();
    return value;
  }

  /** Counts the values of aliases. Returns false, and reports one problem, once there are too many. */
  #countAliased(path: ConfigPath): boolean {
    this.#aliased += 1;
    if (this.#aliased === MAX_ALIASED + 1) {
      this.#report(path, `the YAML aliases of this file expand to too many values (at most ${MAX_ALIASED})`);
    }
    return this.#aliased <= MAX_ALIASED;
  }

  #scalar(scalar: Scalar, schema: Schema, kind: 'text' | 'value', path: ConfigPath): unknown {
    const read = this.#scalars.read(scalar, schema, kind, path);
    return 'problem' in read ? this.#report(path, read.problem) : read.value;
  }

  #report(path: ConfigPath, message: string, offset = this.#offsetOf(path)): undefined {
    this.#problems.push({ path, message, offset });
  }

  #offsetOf(path: ConfigPath): number {
    for (let length = path.length; length > 0; length--) {
      const offset = this.#offsets.get(keyOf(path.slice(0, length)));
      if (offset !== undefined) return offset;
    }
    return 0;
  }
}

/** Takes the place of a value of the wrong kind, for the schema to refuse. */
function misfit(node: Node | null): unknown {
  if (isScalar(node)) return node.value;
  return isSeq(node) ? [] : {};
}

function keyOf(path: ConfigPath): string {
  return JSON.stringify(path);
}
