import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBounded, UnreadableFile } from '../lib/bounded-file.ts';
import type { Environment } from '../lib/environment.ts';
import { linesOf } from '../lib/lines.ts';
import { isAbsent } from '../lib/unreachable.ts';
import { messageOf } from '../lib/message-of.ts';
import { DEFAULT_HEAD, splitHead, type HeadedText } from './head.ts';
import { PromptSet, type Prompt } from './prompt-set.ts';
import { compileTemplate, type PromptVariables } from './template.ts';

/** What the user should know about a prompt file. After an error the file is left out, after a warning it mostly takes effect. */
export interface PromptProblem {
  readonly level: 'error' | 'warning';
  /** The absolute path of the file or directory. */
  readonly file: string;
  /** Counted from 1; undefined where it is about the whole file. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly message: string;
}

/** Where prompts are looked for. */
export interface PromptSources {
  /** The absolute path of the directory of prompts. */
  readonly dir: string;
  /** The absolute path of the config's directory, which may hold a `system_prompt.md`. */
  readonly configDir: string;
  readonly env: Environment;
  /** What prompts may hold of the environment. */
  readonly variables: readonly string[];
}

const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads `<alias>.txt` in `dir` and below, `*.md` in `dir` itself, and `system_prompt.md` in `configDir`. Names that begin
 * with a dot are passed over: a mounted ConfigMap keeps its versions in such directories. White space around a text is
 * dropped, as an editor's last line break is no part of a prompt. Whatever is wrong with one file becomes a problem and
 * leaves the others alone; never throws.
 */
export async function loadPrompts({ dir, configDir, env, variables }: PromptSources): Promise<{
  prompts: PromptSet;
  problems: PromptProblem[];
}> {
  const problems: PromptProblem[] = [];
  const sources = await sourcesIn({ dir, prefix: '', ancestors: [] }, problems);
  const beside: Source = { file: join(configDir, 'system_prompt.md'), name: 'system_prompt', alias: undefined };
  // The directory may be the config's own.
  if (!sources.some(({ file }) => file === beside.file) && (await isPresent(beside.file))) sources.push(beside);
  const prompts: Prompt[] = [];
  const allowed = { env, allowed: new Set(variables) };
  for (const source of sources) {
    const prompt = await readPrompt(source, allowed, problems);
    if (prompt !== undefined) prompts.push(prompt);
  }
  return { prompts: new PromptSet(prompts), problems };
}

interface Source {
  readonly file: string;
  /** The path in the directory, with `/`, without extension. */
  readonly name: string;
  /** What a `.txt` is for; undefined for an `.md`, whose head says it. */
  readonly alias: string | undefined;
}

interface Directory {
  readonly dir: string;
  /** What its files' names begin with: empty or ending in `/`. */
  readonly prefix: string;
  /** The real paths of the directories above, so that a link to one of them ends the walk. */
  readonly ancestors: readonly string[];
}

async function sourcesIn({ dir, prefix, ancestors }: Directory, problems: PromptProblem[]): Promise<Source[]> {
  let names: string[];
  let path: string;
  try {
    path = await realpath(dir);
    names = (await readdir(dir)).sort();
  } catch (error) {
    problems.push(
      isAbsent(dir) && prefix === ''
        ? problem('warning', dir, 'the directory of system prompts does not exist')
        : problem('error', dir, `the directory cannot be read: ${messageOf(error)}`),
    );
    return [];
  }
  if (ancestors.includes(path)) return [];
  const sources: Source[] = [];
  for (const name of names) {
    if (name.startsWith('.')) continue;
    const file = join(dir, name);
    const [, stem = '', extension] = /^(.*)\.(txt|md)$/s.exec(name) ?? [];
    try {
      const stats = await stat(file);
      if (stats.isDirectory()) {
        const below = { dir: file, prefix: `${prefix}${name}/`, ancestors: [...ancestors, path] };
        sources.push(...(await sourcesIn(below, problems)));
      } else if (!stats.isFile()) {
        continue;
      } else if (extension === 'txt') {
        sources.push({ file, name: prefix + stem, alias: prefix + stem });
      } else if (extension === 'md' && prefix === '') {
        sources.push({ file, name: stem, alias: undefined });
      }
    } catch (error) {
      problems.push(problem('error', file, `cannot be read: ${messageOf(error)}`));
    }
  }
  return sources;
}

async function readPrompt(
  source: Source,
  variables: PromptVariables,
  problems: PromptProblem[],
): Promise<Prompt | undefined> {
  const { file, name, alias } = source;
  const content = await readText(file);
  if (typeof content !== 'string') {
    problems.push(content);
    return undefined;
  }
  const { head, text, problems: headProblems } = alias === undefined ? splitHead(content) : forAlias(alias, content);
  for (const { level, offset, message } of headProblems) {
    problems.push({ level, file, ...positionOf(content, offset), message });
  }
  if (!head.enabled || headProblems.some(({ level }) => level === 'error')) return undefined;
  const { template, unset, refused } = compileTemplate(text.trim(), variables);
  // The text is what its file ends with.
  const start = content.length - text.trimStart().length;
  for (const { name: variable, offset } of refused) {
    const message = `\${${variable}} is not a variable that prompts may hold (list ${variable} in proxy.prompt_variables, or write $\${${variable}} for the text itself)`;
    problems.push({ level: 'error', file, ...positionOf(content, start + offset), message });
  }
  if (refused.length > 0) return undefined;
  if (unset.length > 0) {
    const names = unset.map((variable) => `\${${variable}}`).join(', ');
    problems.push(problem('warning', file, `not set and without a default, so left as written: ${names}`));
  }
  if (template.length === 0) {
    problems.push(problem('warning', file, 'has no text and is ignored'));
    return undefined;
  }
  const { position, separator, models, priority } = head;
  return { name, file, position, separator, models, priority, template };
}

function forAlias(alias: string, text: string): HeadedText {
  return { head: { ...DEFAULT_HEAD, models: [alias] }, text, problems: [] };
}

/** The text with LF line breaks and no byte order mark, or why there is none. */
async function readText(file: string): Promise<string | PromptProblem> {
  try {
    const bytes = await readBounded(file, MAX_FILE_BYTES);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll(/\r\n?/g, '\n');
  } catch (error) {
    if (error instanceof UnreadableFile) return problem('error', file, error.message);
    return problem(
      'error',
      file,
      error instanceof TypeError ? 'is not UTF-8 text' : `cannot be read: ${messageOf(error)}`,
    );
  }
}

async function isPresent(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    // Anything but its absence is reported when it is read.
    return !isAbsent(file);
  }
}

function problem(level: PromptProblem['level'], file: string, message: string): PromptProblem {
  return { level, file, line: undefined, column: undefined, message };
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const { line, col: column } = linesOf(text).linePos(offset);
  return { line, column };
}
