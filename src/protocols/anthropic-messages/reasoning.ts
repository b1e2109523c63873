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

/** The smallest budget that Anthropic takes. */
const MIN_BUDGET = 1024;

/** The thinking settings of a request, and the token limit that goes with them. */
export interface Thinking {
  readonly thinking: JsonObject | undefined;
  readonly effort: Effort | undefined;
  readonly maxTokens: number;
}

/** What rules out thinking in a request. */
interface Circumstances {
  readonly traits: ClaudeTraits;
  /** The model is forced to call a tool. */
  readonly forced: boolean;
  /** The model does not make forced calls while it thinks, and it thinks unless it is told not to. */
  readonly unthinking: boolean;
  /** A tool loop is under way whose turn does not begin with a thought. Anthropic demands one if there is a budget. */
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
  // A request to hide thoughts does not ask for thinking.
  if (reasoning === undefined || wanted === undefined) return none;
  if (!wanted) return { ...none, ...turnedOff(traits, unsupported) };
  const effort = effortOf(reasoning, traits);
  // A budget excludes forced calls and tool loops that have lost their thoughts. Adaptive thinking allows both
  // (https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking, "Validation changes").
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
 * Thinking with a budget below `max_tokens`. A limit that the client set comes first. An effort leaves tokens for the
 * answer, and a higher effort never gets a smaller budget than a lower one.
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

/** Some models cannot be told not to think. */
function turnedOff({ off, thinking, efforts }: ClaudeTraits, unsupported: UnsupportedFeature[]): Partial<Thinking> {
  if (thinking === 'none' || off === 'absent') return {};
  if (off !== 'never') return { thinking: { type: off } };
  unsupported.push(leftOut(setting('reasoning')));
  return { effort: efforts[0] };
}

/** The nearest effort that the model knows, or the next higher one. */
function effortOf(reasoning: Reasoning, { efforts }: ClaudeTraits): Effort | undefined {
  const wanted = measureOf(reasoning);
  return wanted === undefined || efforts.length === 0 ? undefined : nearestEffort(wanted, efforts);
}

function displayOf({ visible }: Reasoning, { showsThoughts, signs }: ClaudeTraits): JsonObject {
  if (!signs || visible === undefined || visible === showsThoughts) return {};
  return { display: visible ? 'summarized' : 'omitted' };
}
