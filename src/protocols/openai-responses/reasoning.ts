import type { Reasoning, SettingName } from '../../core/conversation.ts';
import { effortFrom, nearestEffort } from '../../core/effort.ts';
import { effortOf, measureOf } from '../../core/reasoning.ts';
import { takesField } from '../../core/quirks.ts';
import type { Quirks } from '../../core/route.ts';
import type { UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asObject, asWord, compact } from '../../lib/json.ts';
import { factsOf, type ModelFacts } from '../../vendors/models/facts.ts';
import { UnknownMembers } from '../shared/request/unknown-members.ts';

/** Reads `reasoning`. Only effort and summary mean something elsewhere. */
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

/**
 * The members of `reasoning` that have no neutral form. `context` concerns earlier thoughts, which only their own model
 * reads.
 */
export function unsupportedInReasoning(value: unknown): UnsupportedFeature[] {
  const unknown = new UnknownMembers();
  const { mode, ...rest } = asObject(value) ?? {};
  unknown.check(rest, 'reasoning', KNOWN);
  if (mode !== 'standard') unknown.check({ mode }, 'reasoning', KNOWN);
  return unknown.unsupported;
}

const KNOWN: ReadonlySet<string> = new Set(['effort', 'summary', 'generate_summary', 'context']);

/** `reasoning` as written for a model. */
export interface ReasoningField {
  readonly value: unknown;
  /** The model may think, as far as is known. Then the request asks for its thoughts. */
  readonly mayThink: boolean;
  /** The settings that the model refuses while it thinks. */
  readonly refused: readonly SettingName[];
  readonly isDropped: boolean;
}

/** Writes `reasoning` as far as the model takes it. */
export function encodeReasoning(
  reasoning: Reasoning | undefined,
  { model, quirks }: { readonly model: string; readonly quirks: Quirks },
): ReasoningField {
  const facts = factsOf(model);
  const { reasons, isUntold } = facts;
  const efforts = quirks.efforts ?? facts.efforts;
  const wished = reasoning === undefined ? undefined : effortOf(reasoning);
  if (wished === undefined) return fieldOf(facts, { isOn: reasons === true });
  // A model that never thinks does what was asked.
  if (efforts?.length === 0) return fieldOf(facts, { isOn: false, isDropped: wished !== 'none' });
  const effort = isUntold === true ? undefined : nearestEffort(wished, efforts);
  const isOff = effort === 'none';
  const isSummarised = reasoning?.visible === true && !isOff && takesField(quirks, 'reasoning.summary');
  const summary = isSummarised ? 'auto' : undefined;
  const value = compact({ effort, summary });
  return fieldOf(facts, {
    value: Object.keys(value).length === 0 ? undefined : value,
    isOn: !isOff,
    // The model cannot be told not to think, or how much.
    isDropped: wished === 'none' ? !isOff : isUntold === true && measureOf(reasoning ?? {}) !== undefined,
  });
}

function fieldOf(
  { efforts, refused, refusedThinking }: ModelFacts,
  {
    value,
    isOn,
    isDropped = false,
  }: { readonly value?: unknown; readonly isOn: boolean; readonly isDropped?: boolean },
): ReasoningField {
  const mayThink = isOn || (efforts ?? []).length > 0;
  return { value, mayThink, isDropped, refused: isOn ? [...refused, ...refusedThinking] : refused };
}
