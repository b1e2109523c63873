import type { Conversation, Reasoning } from '../../core/conversation.ts';
import { budgetFor, type Effort, effortFrom, nearestEffort } from '../../core/effort.ts';
import { measureOf, wantsThinking } from '../../core/reasoning.ts';
import { leftOut, setting, weakened, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asNumber, asObject, compact, type JsonObject } from '../../lib/json.ts';
import { refuseThinking } from '../shared/tools/choice.ts';
import type { ClaudeTraits } from '../../vendors/models/claude.ts';

/** Reads `thinking` and `output_config.effort`. */
export function decodeReasoning(body: JsonObject): Reasoning | undefined {
  const thinking = asObject(body['thinking']);
  const effort = effortFrom(asObject(body['output_config'])?.['effort']);
  const visible = thinking?.['display'] !== 'omitted';
  switch (thinking?.['type']) {
    case 'enabled':
      return { enabled: true, visible, ...compact({ budgetTokens: asNumber(thinking['budget_tokens']), effort }) };
    case 'adaptive':
      return { enabled: true, adaptive: true, visible, ...compact({ effort }) };
    case 'disabled':
    case 'between_tools':
      return { enabled: false };
    default:
      return effort === undefined ? undefined : { effort };
  }
}

/** The least that Anthropic takes as a budget. */
const MIN_BUDGET = 1024;

/** How a request is to be thought about, and the limit that this leaves. */
export interface Thinking {
  readonly thinking: JsonObject | undefined;
  readonly effort: Effort | undefined;
  readonly maxTokens: number;
}

/** What forbids thinking in this request. */
interface Circumstances {
  readonly traits: ClaudeTraits;
  /** The model is made to call a tool. */
  readonly forced: boolean;
  /** What it is made to call, it does not call while it thinks, and it thinks unless it is told not to. */
  readonly unthinking: boolean;
  /** A tool loop goes on whose turn does not begin with its thoughts, which Anthropic demands with a budget. */
  readonly thoughtless: boolean;
  /** Collects what the model does not take. */
  readonly unsupported: UnsupportedFeature[];
}

/** Writes `thinking`, `output_config.effort` and `max_tokens`. */
export function encodeReasoning({ reasoning, settings }: Conversation, circumstances: Circumstances): Thinking {
  const { traits, thoughtless, forced, unthinking, unsupported } = circumstances;
  const limit = settings.maxTokens;
  const maxTokens = Math.min(traits.maxOutput, limit ?? traits.defaultMaxTokens);
  if ((limit ?? 0) > maxTokens) unsupported.push(weakened(setting('maxTokens')));
  const none = { thinking: undefined, effort: undefined, maxTokens };
  const wanted = reasoning === undefined ? undefined : wantsThinking(reasoning);
  if (unthinking) {
    refuseThinking(traits.off === 'never');
    if (wanted === true) unsupported.push(leftOut(setting('reasoning')));
    return { ...none, ...turnedOff(traits, unsupported) };
  }
  // To hide thoughts does not ask for any.
  if (reasoning === undefined || wanted === undefined) return none;
  if (!wanted) return { ...none, ...turnedOff(traits, unsupported) };
  const effort = effortOf(reasoning, traits);
  // A budget goes with neither forced calls nor a tool loop that has lost its thoughts; where the model adapts, both are
  // allowed (https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking, "Validation changes").
  const forbidden =
    traits.thinking === 'none' ||
    (traits.thinking === 'budget' && (forced || thoughtless || (limit !== undefined && limit <= MIN_BUDGET)));
  if (forbidden) {
    unsupported.push(leftOut(setting('reasoning')));
    return { ...none, effort };
  }
  if (traits.thinking === 'unsaid') {
    if (measureOf(reasoning) !== undefined) unsupported.push(leftOut(setting('reasoning')));
    return none;
  }
  if (traits.thinking === 'adaptive') {
    return { thinking: { type: 'adaptive', ...displayOf(reasoning, traits) }, effort, maxTokens };
  }
  return { effort, ...budgeted(reasoning, maxTokens, circumstances) };
}

/**
 * Thinking with a budget, which has to be less than `max_tokens`: it gives way to a limit that the client set. Of what a
 * word stands for something is left for the answer, and a higher word is never worth less than a lower one.
 */
function budgeted(reasoning: Reasoning, maxTokens: number, { traits }: Circumstances): Omit<Thinking, 'effort'> {
  const room = Math.min(traits.maxOutput, Math.max(maxTokens, MIN_BUDGET + 1));
  const most = room - Math.min(LEFT_FOR_THE_ANSWER, Math.ceil(room / 2));
  const { budgetTokens } = reasoning;
  const wanted = budgetTokens ?? budgetFor(measureOf(reasoning) ?? 'medium');
  const fits = budgetTokens !== undefined && budgetTokens < room;
  const budget = Math.max(MIN_BUDGET, fits ? wanted : Math.min(most, wanted));
  return { thinking: { type: 'enabled', budget_tokens: budget }, maxTokens: room };
}

const LEFT_FOR_THE_ANSWER = 4096;

/** Some models think whatever they are told. */
function turnedOff({ off, thinking, efforts }: ClaudeTraits, unsupported: UnsupportedFeature[]): Partial<Thinking> {
  if (thinking === 'none' || off === 'absent') return {};
  if (off !== 'never') return { thinking: { type: off } };
  unsupported.push(leftOut(setting('reasoning')));
  return { effort: efforts[0] };
}

/** The effort in words that the model knows: the nearest, or the next higher one. */
function effortOf(reasoning: Reasoning, { efforts }: ClaudeTraits): Effort | undefined {
  const wanted = measureOf(reasoning);
  return wanted === undefined || efforts.length === 0 ? undefined : nearestEffort(wanted, efforts);
}

function displayOf({ visible }: Reasoning, { showsThoughts, signs }: ClaudeTraits): JsonObject {
  if (!signs || visible === undefined || visible === showsThoughts) return {};
  return { display: visible ? 'summarized' : 'omitted' };
}
