import { parse, type Scalar } from 'yaml';
import type { z } from 'zod';
import type { Environment } from '../lib/environment.ts';
import { expand } from './expand.ts';
import type { ConfigPath } from './problem.ts';
import { readSecretFile, type SecretOptions } from './secret-file.ts';
import type { OriginNote } from './origins.ts';
import { isSecret } from './shape.ts';
import { variableNames } from '../lib/variables.ts';

/** What a config is read with; messages name `file`. */
export interface SourceOptions extends SecretOptions {
  env: Environment;
  /** Told of each value that has variables in it. */
  onVariables?: (path: ConfigPath) => void;
}

/** A secret that is stored on disk. */
export interface SecretLocation {
  readonly path: ConfigPath;
  /** Undefined: the config itself. */
  readonly file: string | undefined;
}

/** Reads the scalars of a config: variables are replaced, and `file:PATH` secrets are read. Remembers where values came from. */
export class Scalars {
  /** The files that secrets were read from. */
  readonly secretFiles: string[] = [];
  /** Where secrets are stored on disk: in the config itself, or in files that it names. */
  readonly secretLocations: SecretLocation[] = [];
  /** What values were made of besides the text of the config, by their paths as JSON. */
  readonly notes = new Map<string, OriginNote>();
  readonly #expanded = new Set<string>();
  /** Texts that came from variables, each with what the file has in its place. */
  readonly #written = new Map<string, string>();

  constructor(private readonly options: SourceOptions) {}

  /** The value of `scalar` at `path`, where `schema` accepts text alone or any value; or what is wrong with it. */
  read(
    { value, source }: Scalar,
    schema: z.core.$ZodType,
    kind: 'text' | 'value',
    path: ConfigPath,
  ): { readonly value: unknown } | { readonly problem: string } {
    if (typeof value !== 'string') {
      const isWritten = typeof value === 'number' || typeof value === 'boolean';
      return { value: kind === 'text' && isWritten ? (source ?? String(value)) : value };
    }
    const expansion = expand(value, this.options.env);
    if ('problem' in expansion) return expansion;
    const { text, whole } = expansion;
    const isExpanded = text !== value;
    if (isExpanded) {
      this.#expanded.add(keyOf(path));
      this.#written.set(text, value);
      this.options.onVariables?.(path);
    }
    const isFile = isSecret(schema) && text.startsWith('file:');
    if (isExpanded || isFile)
      this.notes.set(keyOf(path), {
        variables: isExpanded ? variableNames(value) : [],
        secretFile: isFile ? value.slice('file:'.length) : undefined,
      });
    if (isFile) return this.#secret(text, isExpanded ? value : undefined, path);
    if (isSecret(schema) && !isExpanded && value !== '') this.secretLocations.push({ path, file: undefined });
    return { value: kind === 'value' && whole ? numberOrBoolean(text) : text };
  }

  /** Whether the text at `path` came from variables, and so must not be quoted. */
  isExpanded(path: ConfigPath): boolean {
    return this.#expanded.has(keyOf(path));
  }

  /** The message with `${VAR}`, as the file has it, in the place of values of variables. */
  asWritten(message: string): string {
    let shown = message;
    for (const [text, written] of this.#written) {
      if (text.length >= SHORTEST_HIDDEN) shown = shown.replaceAll(text, () => written);
    }
    return shown;
  }

  /** Reads a secret from its file; `written` is what the config has, where variables are in it. */
  #secret(text: string, written: string | undefined, path: ConfigPath): { value: string } | { problem: string } {
    const secret = readSecretFile(text.slice('file:'.length), this.options, written?.replace(/^file:/, ''));
    this.secretFiles.push(secret.file);
    if ('problem' in secret) return secret;
    this.secretLocations.push({ path, file: secret.file });
    return { value: secret.text };
  }
}

/** A shorter value is no secret, and may be part of other words by chance. */
const SHORTEST_HIDDEN = 4;

/** The number or boolean that YAML would read; otherwise the text itself. */
function numberOrBoolean(text: string): unknown {
  if (!/^[\w.+-]{1,32}$/.test(text)) return text;
  const value: unknown = parse(text);
  return typeof value === 'number' || typeof value === 'boolean' ? value : text;
}

function keyOf(path: ConfigPath): string {
  return JSON.stringify(path);
}
