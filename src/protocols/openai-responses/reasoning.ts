import type { Reasoning } from '../../core/conversation.ts';
import { type Effort, effortFor, effortFrom } from '../../core/effort.ts';
import { asObject, asWord, compact } from '../../lib/json.ts';
import { nearestEffort, traitsOf } from './model-traits.ts';

/** `reasoning`. Of its fields only effort and summary mean something elsewhere. */
export function decodeReasoning(value: unknown): Reasoning | undefined {
  const fields = asObject(value);
  const effort = effortFrom(fields?.['effort']);
  const isSummarised = asWord(fields?.['summary'] ?? fields?.['generate_summary']) !== undefined;
  if (effort === undefined && !isSummarised) return undefined;
  return {
    ...(effort === undefined ? {} : { effort }),
    ...(effort === 'none' ? { enabled: false } : {}),
    ...(isSummarised ? { visible: true } : {}),
  };
}

/** The effort that a request asks for; undefined: what the model does by itself. */
export function effortOf({ effort, budgetTokens, enabled, adaptive }: Reasoning): Effort | undefined {
  if (enabled === false) return 'none';
  if (effort !== undefined) return effort;
  return budgetTokens === undefined || adaptive === true ? undefined : effortFor(budgetTokens);
}

/** What `reasoning` comes to for a model. */
export interface ReasoningField {
  readonly value: unknown;
  /** The model is going to think, as far as one can tell. */
  readonly isOn: boolean;
  /** It is known to: then it takes none of the settings that a choice among tokens is made by. */
  readonly isOnForSure: boolean;
  readonly isDropped: boolean;
}

/** Writes `reasoning` as far as the model takes it. */
export function encodeReasoning(reasoning: Reasoning | undefined, model: string): ReasoningField {
  const traits = traitsOf(model);
  const isThinker = traits.reasons === true;
  const none = { value: undefined, isOn: isThinker, isOnForSure: isThinker, isDropped: false };
  if (reasoning === undefined) return none;
  const wished = effortOf(reasoning);
  // A model that does not think does as it is told by not thinking.
  if (traits.reasons === false) return { ...none, isDropped: wished !== 'none' };
  const effort = wished && nearestEffort(wished, traits);
  const isOff = effort === 'none';
  const value = compact({ effort, summary: reasoning.visible === true && !isOff ? 'auto' : undefined });
  return {
    value: Object.keys(value).length === 0 ? undefined : value,
    isOn: isThinker || !isOff,
    isOnForSure: isThinker && !isOff,
    // It cannot be told not to.
    isDropped: wished === 'none' && !isOff,
  };
}
