import { textOf } from './read-source.ts';

/** A variable that has to be set, for a secret that stands in the file as text. */
export interface NeededVariable {
  readonly name: string;
  /** Where in the file its value stands. */
  readonly from: string;
}

const FROM_ENVIRONMENT = /^os\.environ\/([A-Za-z_]\w*)$/;
/** What people write where a server wants no key, and a client wants one. */
const NO_KEY =
  /^(?:none|null|empty|dummy|fake(?:[-_]?(?:api[-_]?)?key)?|not[-_]?needed|no[-_]?key|sk-(?:none|fake|dummy)|anything|x+)$/i;

/** Texts of LiteLLM's config as ours writes them; secrets become variables, the same one for the same secret. */
export class Values {
  readonly variables: NeededVariable[] = [];
  readonly #names = new Map<string, string>();

  /** `taken`: names that stand for other values. */
  constructor(private readonly taken: ReadonlySet<string> = new Set()) {}

  /** `os.environ/NAME` is `${NAME}`; other text stays as it is. */
  plain(value: unknown): string | undefined {
    const text = textOf(value);
    if (text === undefined) return undefined;
    const name = FROM_ENVIRONMENT.exec(text)?.[1];
    return name === undefined ? text.replaceAll('${', '$$${') : `\${${name}}`;
  }

  /** The same of a secret: one that stands there as text becomes a variable. `wish`: what that is called, if it is free. */
  secret(value: unknown, from: string, wish: string): string | undefined {
    const text = textOf(value);
    if (text === undefined || FROM_ENVIRONMENT.test(text)) return this.plain(text);
    const known = this.#names.get(text);
    if (known !== undefined) return `\${${known}}`;
    let name = wish;
    for (let at = 2; this.#isTaken(name); at++) name = `${wish}_${at}`;
    this.#names.set(text, name);
    this.variables.push({ name, from });
    return `\${${name}}`;
  }

  /** Whether a key is one in name only. */
  isNoKey(value: unknown): boolean {
    return NO_KEY.test(textOf(value) ?? '');
  }

  #isTaken(name: string): boolean {
    return this.taken.has(name) || this.variables.some((each) => each.name === name);
  }
}
