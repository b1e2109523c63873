/** One thing wrong in a config file. */
export interface ConfigProblem {
  /** As it was named to the loader. */
  file: string;
  /** From 1; 0 when the problem is the file as a whole. */
  line: number;
  /** From 1; 0 when the problem is the file as a whole. */
  column: number;
  /** `backends[1].url`; empty for the file as a whole. */
  path: string;
  /** What is wrong, and in parentheses, or as an example behind a colon, what is allowed. */
  message: string;
}

/** Thrown when a config cannot be used; its message is every problem, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  /** `secretFiles` are those that the config names, there or not: one that comes may make it valid. */
  constructor(
    problems: readonly ConfigProblem[],
    readonly secretFiles: readonly string[] = [],
    /** Its `logging.console_format` is `json`, as far as it could be read. */
    readonly wantsJson = false,
  ) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** `config.yaml:14:5 backends[1].url: what is wrong (what is allowed)` */
export function formatProblem(problem: ConfigProblem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  return `${place}${problem.path === '' ? '' : ` ${problem.path}`}: ${problem.message}`;
}

/** Map keys and list indexes from the root of the config. */
export type ConfigPath = readonly PropertyKey[];

/** `backends[1].url`; keys that would be misread get brackets: `models["gpt-4.1"].routes[0]`. */
export function formatPath(path: ConfigPath): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (!/^[\w/*:@-]+$/.test(String(key))) text += `[${JSON.stringify(key)}]`;
    else text += text === '' ? String(key) : `.${String(key)}`;
  }
  return text;
}
