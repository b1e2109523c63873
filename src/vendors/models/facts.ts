import type { SettingName } from '../../core/conversation.ts';
import { EFFORTS, effortsBetween, type Effort } from '../../core/effort.ts';
import type { ProtocolName } from '../../core/part.ts';
import { claudeTraits, isClaude } from './claude.ts';
import { geminiTraits, type Thinking } from './gemini.ts';
import { grokFacts } from './grok.ts';
import { openaiTraits } from './openai.ts';
import { openModelTraits } from './open-models.ts';
import { purposeOf, type Purpose } from './purpose.ts';

/** What is known of a model, whoever serves it. */
export interface ModelFacts {
  readonly purpose: Purpose;
  /** It thinks before it answers, unless it is told not to and can be; undefined: not known. */
  readonly reasons: boolean | undefined;
  /**
   * The efforts that it takes, least first, `none` among them where it can be told not to think; none at all: it cannot
   * think. Undefined: any.
   */
  readonly efforts: readonly Effort[] | undefined;
  /** It thinks, and takes no word of how much; undefined: it does. */
  readonly isUntold?: boolean | undefined;
  /** The one dialect in which it is served; undefined: any that its backend has. */
  readonly only: ProtocolName | undefined;
  /** OpenAI's own chat completions take tools for it only while it does not think. */
  readonly toolsUnthinking: boolean;
  /** The most tokens that it can answer with; a higher limit is refused. Undefined: not known. */
  readonly maxOutput?: number | undefined;
  /** The settings that it refuses. */
  readonly refused: readonly SettingName[];
  /** Those that it refuses besides while it thinks. */
  readonly refusedThinking: readonly SettingName[];
}

/** What is known of the model called `name`, by its maker's table. */
export function factsOf(name: string): ModelFacts {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const facts = lookUp(name);
  // Clients choose the names of a wildcard alias.
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(name, facts);
  return facts;
}

const remembered = new Map<string, ModelFacts>();
const MOST_REMEMBERED = 1000;

function lookUp(name: string): ModelFacts {
  const purpose = purposeOf(name);
  const openai = openaiTraits(name);
  if (openai !== undefined) {
    const { efforts, only, thinksByItself, neverSampled, toolsUnthinking, maxOutput } = openai;
    const refused = neverSampled && efforts.length > 0 ? CHOOSING : [];
    const limits = { only, toolsUnthinking, maxOutput, refused, refusedThinking: CHOOSING };
    return { purpose, reasons: thinksByItself, efforts, ...limits };
  }
  const known = claudeFacts(name) ?? geminiFacts(name) ?? grokFacts(name) ?? openModelTraits(name);
  return { ...UNKNOWN, ...known, purpose, reasons: known?.reasons ?? saysSo(name) };
}

/** Where no table knows a model, its name may tell. */
function saysSo(name: string): true | undefined {
  return SAYS_SO.test(name) && !SAYS_NOT.test(name) ? true : undefined;
}

const SAYS_SO = /(?:^|[-./])(?:thinking|reasoning|reasoner|deep-research)(?:[-.:]|$)/i;
const SAYS_NOT = /(?:^|[-./])non-?(?:thinking|reasoning)(?:[-.:]|$)/i;

const UNKNOWN: Omit<ModelFacts, 'purpose'> = {
  reasons: undefined,
  efforts: undefined,
  only: undefined,
  toolsUnthinking: false,
  refused: [],
  refusedThinking: [],
};

/** By these a choice among words is made, which OpenAI's models leave to themselves while they think. */
const CHOOSING: readonly SettingName[] = [
  'stop',
  'frequencyPenalty',
  'presencePenalty',
  'temperature',
  'topP',
  'logprobs',
  'topLogprobs',
];

/** Claude thinks where it is asked to; the newest unless they are told not to. */
function claudeFacts(name: string): Partial<ModelFacts> | undefined {
  if (!isClaude(name)) return undefined;
  const { thinking, off, maxOutput } = claudeTraits(name);
  return { reasons: off !== 'absent', efforts: thinking === 'none' ? [] : undefined, maxOutput };
}

function geminiFacts(name: string): Partial<ModelFacts> | undefined {
  if (!/(?:^|\/)gemini-/i.test(name)) return undefined;
  const { thinking, maxOutput } = geminiTraits(name);
  return { reasons: thinking.by !== 'nothing', efforts: geminiEfforts(thinking), maxOutput };
}

/** The words that stand for a Gemini's own measures: https://ai.google.dev/gemini-api/docs/openai. */
function geminiEfforts(thinking: Thinking): readonly Effort[] {
  if (thinking.by === 'nothing') return [];
  if (thinking.by === 'budget') return effortsBetween(thinking.canBeOff ? 'none' : 'minimal', 'high');
  return EFFORTS.filter((effort) => thinking.levels.some((level) => level.toLowerCase() === effort));
}
