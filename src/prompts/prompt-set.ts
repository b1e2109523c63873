import { type Injection, injectionOf } from '../core/injection.ts';
import { globMatches } from '../lib/glob.ts';
import { renderTemplate, type Template } from './template.ts';

/** The text of one prompt file and where it goes. */
export interface Prompt {
  /** The file's path in its directory, without extension; orders prompts of equal priority. */
  readonly name: string;
  /** The absolute path. */
  readonly file: string;
  /** Names of serving aliases, `*` standing for anything. */
  readonly models: readonly string[];
  readonly position: 'before' | 'after';
  /** What stands between this text and the one that it is put before or after. */
  readonly separator: string;
  /** Lower stands first in the text. */
  readonly priority: number;
  readonly template: Template;
}

/** Clients choose the names behind a wildcard alias, so what is kept has bounds; past one of them the cache begins anew. */
const MAX_CACHED_NAMES = 1024;
const MAX_CACHED_SELECTIONS = 256;
/** Longer names are not kept. */
const MAX_CACHED_NAME_LENGTH = 256;

/** All prompts of one version of the config, in the order in which they stand in the text. Only its cache ever changes. */
export class PromptSet {
  readonly prompts: readonly Prompt[];
  readonly #byAlias = new Map<string, Selection>();
  /** Names that match the same prompts share an entry, so that the texts are held once however many names there are. */
  readonly #byIndexes = new Map<string, Selection>();

  constructor(prompts: readonly Prompt[]) {
    this.prompts = prompts.toSorted(
      (a, b) => a.priority - b.priority || compare(a.name, b.name) || compare(a.file, b.file),
    );
  }

  /** What a request served by `alias` gets at `nowMs` since the epoch; undefined if no prompt is meant for it. */
  injectionFor(alias: string, nowMs: number): Injection | undefined {
    if (this.prompts.length === 0) return undefined;
    return (this.#byAlias.get(alias) ?? this.#select(alias)).injectionAt(nowMs);
  }

  #select(alias: string): Selection {
    if (this.#byAlias.size >= MAX_CACHED_NAMES || this.#byIndexes.size >= MAX_CACHED_SELECTIONS) {
      this.#byAlias.clear();
      this.#byIndexes.clear();
    }
    const matching: Prompt[] = [];
    let indexes = '';
    for (const [index, prompt] of this.prompts.entries()) {
      if (!prompt.models.some((pattern) => globMatches(pattern, alias))) continue;
      matching.push(prompt);
      indexes += `${index},`;
    }
    let selection = this.#byIndexes.get(indexes);
    if (selection === undefined) {
      selection = new Selection(matching);
      this.#byIndexes.set(indexes, selection);
    }
    if (alias.length <= MAX_CACHED_NAME_LENGTH) this.#byAlias.set(alias, selection);
    return selection;
  }
}

/** The prompts of one or several aliases and their text as it was last put together. */
class Selection {
  readonly #prompts: readonly Prompt[];
  readonly #timeless: boolean;
  #injection: Injection | undefined;
  /** The second since the epoch that `#injection` is of: no variable is finer. */
  #second = Number.NaN;

  constructor(prompts: readonly Prompt[]) {
    this.#prompts = prompts;
    this.#timeless = prompts.every(({ template }) => template.every((piece) => typeof piece === 'string'));
  }

  injectionAt(nowMs: number): Injection | undefined {
    if (this.#prompts.length === 0) return undefined;
    const second = this.#timeless ? 0 : Math.floor(nowMs / 1000);
    if (second !== this.#second || this.#injection === undefined) {
      this.#injection = combine(this.#prompts, new Date(nowMs));
      this.#second = second;
    }
    return this.#injection;
  }
}

function combine(prompts: readonly Prompt[], now: Date): Injection {
  let before = '';
  let after = '';
  let lastBefore = '';
  let firstAfter: string | undefined;
  for (const { position, separator, template } of prompts) {
    const text = renderTemplate(template, now);
    if (position === 'before') {
      before += text + separator;
      lastBefore = separator;
    } else {
      after += separator + text;
      firstAfter ??= separator;
    }
  }
  // With nothing between them the two meet at one separator, and where there is only one of them at none.
  const alone =
    firstAfter === undefined
      ? before.slice(0, before.length - lastBefore.length)
      : before + after.slice(firstAfter.length);
  const names = prompts.map(({ name }) => name);
  return injectionOf({ before, after, alone }, names);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
