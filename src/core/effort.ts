/** How much a model is to think, in the words of OpenAI and Anthropic. */
export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

const EFFORTS: readonly string[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] satisfies Effort[];

/** `value` as an effort; undefined if it is none. Case does not matter: Gemini writes `HIGH`. */
export function effortFrom(value: unknown): Effort | undefined {
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  return word !== undefined && EFFORTS.includes(word) ? (word as Effort) : undefined;
}

/**
 * A budget of thinking tokens for an effort, for models that take a number. Those of Google's own table for its
 * OpenAI-compatible endpoint (https://ai.google.dev/gemini-api/docs/openai): low 1024, medium 8192, high 24576.
 */
export function budgetFor(effort: Exclude<Effort, 'none'>): number {
  return BUDGETS[effort];
}

/** The effort that comes nearest to a budget, for models that take a word. */
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
