import type { Reasoning } from './conversation.ts';
import { effortFor, type Effort } from './effort.ts';

/**
 * Whether a request wants the model to think: `true` where it asks for it, measures it, or wants to read the thoughts;
 * undefined where it says nothing. To hide thoughts says what is shown, not whether there are any.
 */
export function wantsThinking(reasoning: Reasoning): boolean | undefined {
  const { effort, budgetTokens, enabled, adaptive, visible } = reasoning;
  if (enabled === false || (enabled !== true && (effort === 'none' || budgetTokens === 0))) return false;
  const isMeasured = effort !== undefined || budgetTokens !== undefined || adaptive === true;
  return enabled === true || isMeasured || visible === true ? true : undefined;
}

/**
 * The effort that a request comes to: `none` where it wants no thinking, medium where it wants some and does not say how
 * much; undefined where it says nothing.
 */
export function effortOf(reasoning: Reasoning): Effort | undefined {
  const wanted = wantsThinking(reasoning);
  if (wanted !== true) return wanted === false ? 'none' : undefined;
  return measureOf(reasoning) ?? 'medium';
}

/** The effort that a request for thinking names, in a word or in tokens; undefined: as much as the model likes. */
export function measureOf({ effort, budgetTokens, adaptive }: Reasoning): Exclude<Effort, 'none'> | undefined {
  if (effort !== undefined && effort !== 'none') return effort;
  if (budgetTokens === undefined || budgetTokens <= 0 || adaptive === true) return undefined;
  const measured = effortFor(budgetTokens);
  return measured === 'none' ? undefined : measured;
}
