import { isAlias, isMap, isScalar, isSeq, parse } from 'yaml';
import type { Alias, Document, Node, Pair, Scalar, YAMLMap } from 'yaml';
import type { z } from 'zod';
import { aliasTargets } from './yaml-aliases.ts';
import type { Environment } from '../lib/environment.ts';
import { expand } from './expand.ts';
import type { ConfigPath } from './problem.ts';
import { readSecretFile, type SecretOptions } from './secret-file.ts';
import { childSchema, isSecret, shapeOf } from './shape.ts';

type Schema = z.core.$ZodType;

/** What a config is read with; `file` is also how messages call it. */
export interface SourceOptions extends SecretOptions {
  env: Environment;
}

/** A problem with where it is: an offset into the text. */
export interface SourceProblem {
  path: ConfigPath;
  offset: number;
  message: string;
}

/** The values of a YAML document, made to fit a schema as far as types of scalars go, and where each of them stands. */
export interface Source {
  value: unknown;
  problems: SourceProblem[];
  /** Where the key is; of a missing one, the nearest key above. */
  offsetOf(path: ConfigPath): number;
  /** Whether the text at `path` came out of variables, so that it must not be quoted. */
  isExpanded(path: ConfigPath): boolean;
  /** A message in which what came out of variables is shown as it is written in the file: `${VAR}`. */
  asWritten(message: string): string;
  /** Whether reading was given up: there is a problem that says so, and values are missing. */
  readonly isCut: boolean;
  /** The files that secrets were read from. */
  readonly secretFiles: readonly string[];
  /** Where secrets stand as they are: in the text itself, or in files that it names. */
  readonly secretLocations: readonly SecretLocation[];
}

/** A secret that lies on a disk. */
export interface SecretLocation {
  readonly path: ConfigPath;
  /** Undefined: the config itself. */
  readonly file: string | undefined;
}

/** Reads the values that `schema` knows; what lies under unknown keys is not looked at. */
export function readSource(document: Document.Parsed, schema: Schema, options: SourceOptions): Source {
  return new Reader(document, options).read(schema);
}

/** So many values may come out of aliases: enough for any config, too few for a "billion laughs". */
const MAX_ALIASED = 100_000;

/** What is shorter is no secret, and stands in other words by chance. */
const SHORTEST_HIDDEN = 4;

const DUPLICATE = 'duplicate key (remove one of the two)';
const IMPOSSIBLE = 'cannot be used as a key (choose another name)';

class Reader {
  readonly #document: Document.Parsed;
  readonly #options: SourceOptions;
  readonly #targets: Map<Alias, Node>;
  readonly #problems: SourceProblem[] = [];
  readonly #secretFiles: string[] = [];
  readonly #secretLocations: SecretLocation[] = [];
  readonly #offsets = new Map<string, number>();
  readonly #expanded = new Set<string>();
  /** What variables came to, and what stands in the file for it. */
  readonly #written = new Map<string, string>();
  /** The aliases that are being read, outermost first. */
  readonly #aliases: Alias[] = [];
  #aliased = 0;

  constructor(document: Document.Parsed, options: SourceOptions) {
    this.#document = document;
    this.#options = options;
    this.#targets = aliasTargets(document);
  }

  read(schema: Schema): Source {
    return {
      value: this.#value(this.#document.contents, schema, []),
      problems: this.#problems,
      offsetOf: (path) => this.#offsetOf(path),
      isExpanded: (path) => this.#expanded.has(keyOf(path)),
      asWritten: (message) => this.#asWritten(message),
      isCut: this.#aliased > MAX_ALIASED,
      secretFiles: this.#secretFiles,
      secretLocations: this.#secretLocations,
    };
  }

  #value(node: Node | null, schema: Schema, path: ConfigPath): unknown {
    if (isAlias(node)) return this.#throughAlias(node, path, (target) => this.#value(target, schema, path));
    if (this.#aliases.length > 0 && !this.#mayGoOn(path)) return undefined;
    const shape = shapeOf(schema);
    // "backends:" with everything below it commented out is as good as no such key.
    const isEmpty = node === null || (isScalar(node) && node.value === null);
    if (shape.kind === 'map' || shape.kind === 'record') {
      if (shape.kind === 'map' && shape.orText && isScalar(node)) return this.#scalar(node, schema, 'text', path);
      return isEmpty ? {} : isMap(node) ? this.#map(node, schema, path) : stub(node);
    }
    if (shape.kind === 'list') {
      if (isEmpty) return undefined;
      return isSeq(node)
        ? node.items.map((item, index) => this.#item(item as Node, shape.items, [...path, index]))
        : stub(node);
    }
    if (isScalar(node)) return this.#scalar(node, schema, shape.kind, path);
    return isEmpty ? null : stub(node);
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

  /** Adds the pairs of `map` to `result`, then those of its `<<` keys that are not there yet. */
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
      // What `*:` makes of a map is for `unquotedWildcard` to say.
      const offset = alias.source.endsWith(':') ? alias.range?.[0] : undefined;
      this.#report(path, `the alias *${alias.source} ${what} (${remedy})`, offset);
      return undefined;
    }
    if (!this.#mayGoOn(path)) return undefined;
    this.#aliases.push(alias);
    const value = read(target);
    this.#aliases.pop();
    return value;
  }

  /** Counts what comes out of aliases; false, with one problem reported, once that is too much. */
  #mayGoOn(path: ConfigPath): boolean {
    this.#aliased += 1;
    if (this.#aliased === MAX_ALIASED + 1) {
      this.#report(path, `the YAML aliases of this file expand to too many values (at most ${MAX_ALIASED})`);
    }
    return this.#aliased <= MAX_ALIASED;
  }

  #scalar(scalar: Scalar, schema: Schema, kind: 'text' | 'value', path: ConfigPath): unknown {
    const { value } = scalar;
    if (typeof value !== 'string') {
      const isWritten = typeof value === 'number' || typeof value === 'boolean';
      return kind === 'text' && isWritten ? (scalar.source ?? String(value)) : value;
    }
    const expansion = expand(value, this.#options.env);
    if ('problem' in expansion) return this.#report(path, expansion.problem);
    if (expansion.text !== value) {
      this.#expanded.add(keyOf(path));
      this.#written.set(expansion.text, value);
    }
    if (isSecret(schema) && expansion.text.startsWith('file:')) {
      const written = expansion.text === value ? undefined : value.replace(/^file:/, '');
      const secret = readSecretFile(expansion.text.slice('file:'.length), this.#options, written);
      this.#secretFiles.push(secret.file);
      if ('problem' in secret) return this.#report(path, secret.problem);
      this.#secretLocations.push({ path, file: secret.file });
      return secret.text;
    }
    if (expansion.text === value && value !== '' && isSecret(schema))
      this.#secretLocations.push({ path, file: undefined });
    return kind === 'value' && expansion.whole ? numberOrBoolean(expansion.text) : expansion.text;
  }

  #asWritten(message: string): string {
    let shown = message;
    for (const [text, written] of this.#written) {
      if (text.length >= SHORTEST_HIDDEN) shown = shown.replaceAll(text, () => written);
    }
    return shown;
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

/** Stands for a value of the wrong kind; the schema then says what is wrong with it. */
function stub(node: Node | null): unknown {
  if (isScalar(node)) return node.value;
  return isSeq(node) ? [] : {};
}

/** A number or boolean where YAML would read one, the text itself where not. */
function numberOrBoolean(text: string): unknown {
  if (!/^[\w.+-]{1,32}$/.test(text)) return text;
  const value: unknown = parse(text);
  return typeof value === 'number' || typeof value === 'boolean' ? value : text;
}

function keyOf(path: ConfigPath): string {
  return JSON.stringify(path);
}
