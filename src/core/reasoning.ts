import type { Reasoning } from './conversation.ts';
import { effortFor, type Effort } from './effort.ts';

/**
 * Whether a request wants thinking: `true` if it asks for it, sets its amount, or wants to read the thoughts; undefined
 * if it does not say. A request to hide thoughts does not ask for any.
 */
export function wantsThinking(reasoning: Reasoning): boolean | undefined {
  const { effort, budgetTokens, enabled, adaptive, visible } = reasoning;
  if (enabled === false || (enabled !== true && (effort === 'none' || budgetTokens === 0))) return false;
  const isMeasured = effort !== undefined || budgetTokens !== undefined || adaptive === true;
  return enabled === true || isMeasured || visible === true ? true : undefined;
}

/**
 * The effort of a request: `none` if it turns thinking off, medium if it asks for thinking without an amount; undefined
 * if it does not say.
 */
export function effortOf(reasoning: Reasoning): Effort | undefined {
  const wanted = wantsThinking(reasoning);
  if (wanted !== true) return wanted === false ? 'none' : undefined;
  return measureOf(reasoning) ?? 'medium';
}

/** The effort that a request sets, by name or in tokens; undefined: the model decides. */
export function measureOf({ effort, budgetTokens, adaptive }: Reasoning): Exclude<Effort, 'none'> | undefined {
  if (effort !== undefined && effort !== 'none') return effort;
  if (budgetTokens === undefined || budgetTokens <= 0 || adaptive === true) return undefined;
  const measured = effortFor(budgetTokens);
  return measured === 'none' ? undefined : measured;
}
