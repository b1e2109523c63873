import type { Reasoning } from '../../core/conversation.ts';
import { effortFrom, nearestEffort } from '../../core/effort.ts';
import { effortOf } from '../../core/reasoning.ts';
import { asObject, asWord, compact } from '../../lib/json.ts';
import { factsOf } from '../../vendors/models/facts.ts';

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
  const { reasons, efforts } = factsOf(model);
  const isThinker = reasons === true;
  const none = { value: undefined, isOn: isThinker, isOnForSure: isThinker, isDropped: false };
  const wished = reasoning === undefined ? undefined : effortOf(reasoning);
  if (wished === undefined) return none;
  // A model that does not think does as it is told by not thinking.
  if (efforts?.length === 0) return { ...none, isDropped: wished !== 'none' };
  const effort = nearestEffort(wished, efforts);
  const isOff = effort === 'none';
  const summary = reasoning?.visible === true && !isOff ? 'auto' : undefined;
  return {
    value: compact({ effort, summary }),
    isOn: isThinker || !isOff,
    isOnForSure: isThinker && !isOff,
    // It cannot be told not to.
    isDropped: wished === 'none' && !isOff,
  };
}
