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

/** What a config is read with; messages name `file`. */
export interface SourceOptions extends SecretOptions {
  env: Environment;
}

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
  /** Whether the text at `path` came from variables, and so must not be quoted. */
  isExpanded(path: ConfigPath): boolean;
  /** The message with `${VAR}`, as the file has it, in the place of values of variables. */
  asWritten(message: string): string;
  /** Whether reading stopped early, with a problem that says so; values are missing then. */
  readonly isCut: boolean;
  /** The files that secrets were read from. */
  readonly secretFiles: readonly string[];
  /** Where secrets are stored on disk: in the config itself, or in files that it names. */
  readonly secretLocations: readonly SecretLocation[];
}

/** A secret that is stored on disk. */
export interface SecretLocation {
  readonly path: ConfigPath;
  /** Undefined: the config itself. */
  readonly file: string | undefined;
}

/** Reads the values that `schema` knows; what is below unknown keys is skipped. */
export function readSource(document: Document.Parsed, schema: Schema, options: SourceOptions): Source {
  return new Reader(document, options).read(schema);
}

/** The most values that aliases may expand to: enough for any config, too few for a "billion laughs" attack. */
const MAX_ALIASED = 100_000;

/** A shorter value is no secret, and may be part of other words by chance. */
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
  /** Texts that came from variables, each with what the file has in its place. */
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

/** Takes the place of a value of the wrong kind, for the schema to refuse. */
function misfit(node: Node | null): unknown {
  if (isScalar(node)) return node.value;
  return isSeq(node) ? [] : {};
}

/** The number or boolean that YAML would read; otherwise the text itself. */
function numberOrBoolean(text: string): unknown {
  if (!/^[\w.+-]{1,32}$/.test(text)) return text;
  const value: unknown = parse(text);
  return typeof value === 'number' || typeof value === 'boolean' ? value : text;
}

function keyOf(path: ConfigPath): string {
  return JSON.stringify(path);
}
