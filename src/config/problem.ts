/** One problem of a config file. */
export interface ConfigProblem {
  /** The path as it was given to the loader. */
  file: string;
  /** From 1; 0 when the problem is the file as a whole. */
  line: number;
  /** From 1; 0 when the problem is the file as a whole. */
  column: number;
  /** `backends[1].url`; empty for the file as a whole. */
  path: string;
  /** What is wrong, and in parentheses, or as an example behind a colon, what to do or what is allowed. */
  message: string;
}

/** Thrown for an invalid config. The message has all problems, one on each line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  /** `secretFiles`: those that the config names, present or not; a missing one that appears may make the config valid. */
  constructor(
    problems: readonly ConfigProblem[],
    readonly secretFiles: readonly string[] = [],
    /** The config has `console_format: json`, as far as it could be read. */
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
