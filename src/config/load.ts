import { isMap, isScalar, parseDocument } from 'yaml';
import type { z } from 'zod';
import { commandLine } from '../lib/called-as.ts';
import { readBounded, UnreadableFile } from '../lib/bounded-file.ts';
import { linesOf } from '../lib/lines.ts';
import { hiddenReason } from '../lib/unreachable.ts';
import { yamlExcess } from '../lib/yaml-bounds.ts';
import type { Environment } from '../lib/environment.ts';
import { exposedSecrets } from './exposed-secrets.ts';
import { checkCallerKeys } from './caller-keys.ts';
import { dataFolder } from './store-place.ts';
import { type ListenChoice, type ListenFlags, chooseListen } from './listen-choice.ts';
import { describeIssue, type Finding } from './messages.ts';
import { checkBackends } from './backend-check.ts';
import { ConfigError, type ConfigProblem, formatPath } from './problem.ts';
import { type ConfigOrigins, originsOf, type ReadPlaces } from './origins.ts';
import { checkPassthrough } from './passthrough-check.ts';
import { checkPrices } from './price-check.ts';
import { checkReferences } from './references.ts';
import { type Config, configSchema } from './schema.ts';
import type { SourceOptions } from './scalars.ts';
import { readSource, type Source, type SourceProblem } from './source.ts';
import { syntaxMessage } from './syntax.ts';
import { unquotedWildcard } from './unquoted-wildcard.ts';
import { findWarnings } from './warnings.ts';

/** A valid config, and its warnings. */
export interface LoadedConfig {
  config: Config;
  /** Where to listen, and what decided it. */
  listen: ListenChoice;
  warnings: ConfigProblem[];
  /** The files that were read: the config itself, and those of secrets. */
  files: readonly string[];
  /** Where its values stand. */
  origins: () => ConfigOrigins;
}

/** What a config is read with, besides its text. */
export interface ConfigOptions extends SourceOptions {
  readonly flags?: ListenFlags;
  /** The time by which warnings go, in milliseconds since the epoch; now unless given. */
  readonly nowMs?: number;
}

/** Reads and validates the config file at `path`; throws a ConfigError with all its problems. */
export async function loadConfig(path: string, env: Environment, flags: ListenFlags = {}): Promise<LoadedConfig> {
  let text: string;
  try {
    text = (await readBounded(path, MAX_FILE_BYTES)).toString('utf8');
  } catch (error) {
    const hidden = hiddenReason(path);
    const message = hidden === undefined ? unreadable(error) : `the file ${hidden}`;
    throw new ConfigError([{ file: path, line: 0, column: 0, path: '', message }]);
  }
  const loaded = parseConfig(text, { file: path, env, flags });
  const { data_dir: dataDir } = loaded.config;
  if (dataDir === undefined) return loaded;
  return { ...loaded, config: { ...loaded.config, data_dir: dataFolder(dataDir, path) } };
}

/**
 * Where the config file at `path` says to listen, even if the file is invalid: the gateway may have been started with an
 * earlier version of it.
 */
export async function listenOfFile(path: string, env: Environment): Promise<ListenChoice> {
  const text = await readBounded(path, MAX_FILE_BYTES).then(String, () => '');
  try {
    const document = yamlExcess(text) === undefined ? parseDocument(text, YAML_OPTIONS) : undefined;
    const isRead = document !== undefined && isMap(document.contents);
    const values = isRead ? readSource(document, configSchema, { file: path, env }).value : {};
    return chooseListen(values as Readonly<Record<string, unknown>>, {}, env);
  } catch (error) {
    if (error instanceof RangeError) return chooseListen({}, {}, env);
    throw error;
  }
}

/** A file with ten thousand aliases has 2 MiB. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Validates the `text` of a config; throws nothing but a ConfigError, with all its problems. */
export function parseConfig(text: string, options: ConfigOptions): LoadedConfig {
  const withoutMark = text.replace(/^\uFEFF/, '');
  const lines = linesOf(withoutMark);
  const locate = ({ path, offset, message }: SourceProblem): ConfigProblem => {
    const { line, col: column } = lines.linePos(offset);
    return { file: options.file, line, column, path: formatPath(path), message };
  };
  const read = (): Reading => {
    try {
      return readText(withoutMark, options);
    } catch (error) {
      // The YAML parser and the reader recurse, and the stack has overflowed.
      if (!(error instanceof RangeError)) throw error;
      return { problems: [{ path: [], offset: 0, message: 'is nested too deeply (use fewer levels)' }] };
    }
  };
  const reading = read();
  if (!('config' in reading)) {
    const { problems, secretFiles, wantsJson } = reading;
    throw new ConfigError(inOrder(problems).map(locate), secretFiles, wantsJson);
  }
  const { config, listen, warnings, secretFiles, places } = reading;
  const files = [options.file, ...(secretFiles ?? [])];
  return { config, listen, warnings: inOrder(warnings).map(locate), files, origins: () => originsOf(places, lines) };
}

type Reading = (
  | { config: Config; listen: ListenChoice; warnings: SourceProblem[]; places: ReadPlaces }
  | { problems: SourceProblem[] }
) & {
  secretFiles?: readonly string[];
  /** The console gets JSON. */
  wantsJson?: boolean;
};

function readText(text: string, options: ConfigOptions): Reading {
  const excess = yamlExcess(text);
  if (excess !== undefined) return { problems: [{ path: [], ...excess }] };
  const document = parseDocument(text, YAML_OPTIONS);
  const syntax = [...document.errors, ...document.warnings].map((error): SourceProblem => ({
    path: [],
    offset: error.pos[0],
    message: syntaxMessage(error.code),
  }));
  const star = unquotedWildcard(
    text,
    syntax.map(({ offset }) => offset),
  );
  if (!isMap(document.contents)) {
    // An empty file is refused: an editor may be about to write it, and no key and no backend would be left.
    const what = isEmpty(document.contents) ? 'is empty' : 'is not a map';
    const message = `the file ${what} (write keys and values such as "listen: :8765")`;
    if (star !== undefined) return { problems: [star.problem] };
    return { problems: syntax.length > 0 ? syntax : [{ path: [], offset: 0, message }] };
  }
  const source = readSource(document, configSchema, options);
  const result = configSchema.safeParse(source.value, { reportInput: true });
  const issues = result.error?.issues ?? [];
  const wantsJson = isJsonWanted(source.value);
  if (star !== undefined)
    return { problems: [...problemsBefore(star.lineStart, source, issues), star.problem], wantsJson };
  if (syntax.length > 0) {
    const broken = Math.min(...syntax.map((problem) => problem.offset));
    const lineStart = text.lastIndexOf('\n', broken - 1) + 1;
    return { problems: [...syntax, ...problemsBefore(lineStart, source, issues)], wantsJson };
  }
  const { secretFiles, secretLocations } = source.scalars;
  if (source.isCut) return { problems: source.problems, wantsJson };
  const values = source.value as Readonly<Record<string, unknown>>;
  const listen = chosenListen(values, options, wantsJson);
  const findings = [
    ...describeIssues(source, issues),
    ...checkReferences({ ...values, listen: listen.value }),
    ...checkCallerKeys(source.value),
    ...checkBackends(source.value, options.env),
    ...checkPassthrough(source.value, options.env),
    ...checkPrices(source.value),
  ];
  const problems = [...source.problems, ...findings.map((finding) => located(source, finding))];
  if (problems.length > 0 || !result.data) return { problems, secretFiles, wantsJson };
  const config = { ...result.data, listen: listen.value };
  const { env, file, nowMs = Date.now() } = options;
  const warnings = [...findWarnings(config, listen, { env, nowMs }), ...exposedSecrets(secretLocations, file)].map(
    (warning) => located(source, warning),
  );
  const places = { offsets: source.offsets, notes: source.scalars.notes };
  return { config, listen, warnings, secretFiles, places };
}

function chosenListen(
  values: Readonly<Record<string, unknown>>,
  { flags = {}, env }: ConfigOptions,
  wantsJson: boolean,
): ListenChoice {
  try {
    return chooseListen(values, flags, env);
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(error.problems, [], wantsJson) : error;
  }
}

/** Whether the config asks for JSON on the console: its problems are then reported as JSON, too. */
function isJsonWanted(config: unknown): boolean {
  const { logging } = (config ?? {}) as { readonly logging?: { readonly console_format?: unknown } | null };
  return logging?.console_format === 'json';
}

/**
 * Keys are text (`4:` is the alias "4"). The reader finds duplicate keys itself: it knows their paths, and the parser takes
 * a second for 10,000 keys of one map and 14 for 40,000.
 */
const YAML_OPTIONS = {
  prettyErrors: false,
  stringKeys: true,
  uniqueKeys: false,
  resolveKnownTags: false,
  logLevel: 'error',
} as const;

function isEmpty(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

/** The problems before the line of a syntax error. What seems wrong or missing after it may be in the broken part. */
function problemsBefore(offset: number, source: Source, issues: readonly z.core.$ZodIssue[]): SourceProblem[] {
  const present = issues.filter((issue) => issue.input !== undefined);
  const findings = describeIssues(source, present).map((finding) => located(source, finding));
  return [...source.problems, ...findings].filter((problem) => problem.offset < offset);
}

/** The issues in plain English, one for each path; none for paths whose value the reader has refused already. */
function describeIssues(source: Source, issues: readonly z.core.$ZodIssue[]): Finding[] {
  const refused = new Set(source.problems.map((problem) => formatPath(problem.path)));
  const seen = new Set<string>();
  return issues
    .filter((issue) => issue.input !== undefined || !refused.has(formatPath(issue.path)))
    .flatMap((issue) => describeIssue(configSchema, issue, (path) => source.scalars.isExpanded(path)))
    .filter(({ path }) => {
      const place = formatPath(path);
      return !seen.has(place) && seen.add(place);
    });
}

function located(source: Source, finding: Finding): SourceProblem {
  return { ...finding, message: source.scalars.asWritten(finding.message), offset: source.offsetOf(finding.path) };
}

/** In the order of the file, each once: the parser may report the same error twice. */
function inOrder(problems: SourceProblem[]): SourceProblem[] {
  const seen = new Set<string>();
  return problems
    .toSorted((a, b) => a.offset - b.offset)
    .filter(({ offset, path, message }) => {
      const what = `${offset} ${formatPath(path)} ${message}`;
      return !seen.has(what) && seen.add(what);
    });
}

function unreadable(error: unknown): string {
  const remedy = `name another with --config PATH; "${commandLine('init')}" writes a starter`;
  if (!(error instanceof UnreadableFile)) return `the file cannot be read: ${String(error)} (${remedy})`;
  return error.code === 'ENOENT' ? `the file does not exist (${remedy})` : `the file ${error.message} (${remedy})`;
}
