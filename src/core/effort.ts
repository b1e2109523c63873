/** How much a model should think, in OpenAI's and Anthropic's words. */
export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** All efforts, lowest first. */
export const EFFORTS: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** `value` as an effort; undefined if it is not one. Case does not matter: Gemini writes `HIGH`. */
export function effortFrom(value: unknown): Effort | undefined {
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  return EFFORTS.find((effort) => effort === word);
}

/** The efforts from one to another, inclusive. */
export function effortsBetween(least: Effort, most: Effort): Effort[] {
  return EFFORTS.slice(EFFORTS.indexOf(least), EFFORTS.indexOf(most) + 1);
}

/**
 * The effort to send for `wished`: itself, the next higher one of `efforts`, or the highest. `efforts` has the lowest
 * first.
 */
export function nearestEffort(wished: Effort, efforts: readonly Effort[] | undefined): Effort {
  if (efforts === undefined || efforts.length === 0 || efforts.includes(wished)) return wished;
  const least = EFFORTS.indexOf(wished);
  return efforts.find((each) => EFFORTS.indexOf(each) >= least) ?? efforts.at(-1) ?? wished;
}

/**
 * The budget of thinking tokens for an effort, for models that take a number. Google's own table for its
 * OpenAI-compatible endpoint (https://ai.google.dev/gemini-api/docs/openai) has: low 1024, medium 8192, high 24576.
 */
export function budgetFor(effort: Exclude<Effort, 'none'>): number {
  return BUDGETS[effort];
}

/** The effort nearest to a budget, for models that take an effort. */
export function effortFor(budgetTokens: number): Effort {
  if (budgetTokens <= 0) return 'none';
  if (budgetTokens <= BUDGETS.low) return 'low';
  return budgetTokens <= BUDGETS.medium ? 'medium' : 'high';
}

const BUDGETS: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
  max: 65_536,
};
