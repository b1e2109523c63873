import type { Reasoning } from '../../core/conversation.ts';
import { budgetFor, effortFrom, type Effort } from '../../core/effort.ts';
import { measureOf, wantsThinking } from '../../core/reasoning.ts';
import { asBoolean, asNumber, compact } from '../../lib/json.ts';
import { geminiTraits, type ThinkingLevel } from '../../vendors/models/gemini.ts';
import { fieldsOf } from './camel-case.ts';

/** Reads `thinkingConfig`. A budget of 0 turns thinking off; -1 leaves it to the model. */
export function decodeReasoning(value: unknown): Reasoning | undefined {
  const config = fieldsOf(value);
  if (config === undefined) return undefined;
  const budget = asNumber(config['thinkingBudget']);
  const effort = effortFrom(config['thinkingLevel']);
  const visible = asBoolean(config['includeThoughts']);
  if (budget === undefined && effort === undefined && visible === undefined) return undefined;
  return { effort, visible, ...(budget === undefined ? {} : budgeted(budget)) };
}

function budgeted(tokens: number): Reasoning {
  if (tokens === 0) return { enabled: false };
  return tokens < 0 ? { adaptive: true } : { budgetTokens: tokens };
}

/** The thinking settings of a request. `isShort`: they do not give the client what it asked for. */
export interface ThinkingConfig {
  readonly config: Record<string, unknown> | undefined;
  readonly isShort: boolean;
}

/** Writes `thinkingConfig` in the unit that the model takes. */
export function encodeReasoning(reasoning: Reasoning, model: string): ThinkingConfig {
  const { thinking } = geminiTraits(model);
  const wanted = wantsThinking(reasoning);
  if (wanted === undefined) return { config: undefined, isShort: false };
  const isOff = !wanted;
  if (thinking.by === 'nothing') return { config: undefined, isShort: !isOff };
  const includeThoughts = reasoning.visible === true && !isOff ? true : undefined;
  if (thinking.by === 'level') {
    const level = isOff ? thinking.levels[0] : levelOf(reasoning, thinking.levels);
    return { config: filled({ includeThoughts, thinkingLevel: level }), isShort: isOff && level !== 'MINIMAL' };
  }
  const { least, most, canBeOff } = thinking;
  const budget = isOff ? (canBeOff ? 0 : least) : budgetOf(reasoning);
  const fitting = budget <= 0 ? budget : Math.min(most, Math.max(least, budget));
  return { config: filled({ includeThoughts, thinkingBudget: fitting }), isShort: isOff && !canBeOff };
}

/** -1, if the model decides or nothing was said. */
function budgetOf(reasoning: Reasoning): number {
  const measure = measureOf(reasoning);
  return reasoning.budgetTokens ?? (measure === undefined ? -1 : budgetFor(measure));
}

/** From least to most. A level that a model lacks becomes its next higher one, or its highest. */
const STEPS: readonly ThinkingLevel[] = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH'];

function levelOf(reasoning: Reasoning, levels: readonly ThinkingLevel[]): ThinkingLevel | undefined {
  const asked = measureOf(reasoning);
  // The model decides.
  if (asked === undefined) return undefined;
  const from = STEPS.indexOf(stepOf(asked));
  return levels.find((level) => STEPS.indexOf(level) >= from) ?? levels.at(-1);
}

function stepOf(effort: Exclude<Effort, 'none'>): ThinkingLevel {
  return effort === 'max' ? 'XHIGH' : (effort.toUpperCase() as ThinkingLevel);
}

function filled(config: Record<string, unknown>): Record<string, unknown> | undefined {
  const members = compact(config);
  return Object.keys(members).length === 0 ? undefined : members;
}
