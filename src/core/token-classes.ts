/**
 * What an answer used, in classes that do not overlap: their sum is the total. Prices are per class, so nothing may be
 * multiplied before it is in this form. Counts of tokens, 0 or more.
 */
export interface TokenClasses {
  /** Text input that no cache was read or written for. */
  readonly input: number;
  readonly cacheRead: number;
  /** Input that was written into the provider's cache to stay for 5 minutes, which is also where the time is not told. */
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  /** Text output without thoughts. */
  readonly output: number;
  readonly reasoning: number;
  readonly audioIn: number;
  readonly audioOut: number;
  readonly imageIn: number;
  readonly imageOut: number;
}

export const TOKEN_CLASSES = [
  'input',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'output',
  'reasoning',
  'audioIn',
  'audioOut',
  'imageIn',
  'imageOut',
] as const satisfies readonly (keyof TokenClasses)[];

/** What one attempt used: the tokens, and what else providers charge for or by. */
export interface Consumption extends TokenClasses {
  /** Calls of tools that the provider runs itself, by its name for them (`web_search`). */
  readonly serverTools: Readonly<Record<string, number>>;
  /** What is charged by other counts than tokens: `image`, `second`, `character`, `search` (of a reranker), `page`. */
  readonly units?: Readonly<Record<string, number>> | undefined;
  /** The tier that served, as the answer names it: `flex`, `priority`, `batch`; undefined: the standard one, or not told. */
  readonly tier: string | undefined;
  /** What the provider itself says it costs, in nano-USD. */
  readonly statedNanoUsd: number | undefined;
  /** Some of it was not reported, and counted from what was seen. */
  readonly estimated: boolean;
}
