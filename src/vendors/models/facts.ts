import type { SettingName } from '../../core/conversation.ts';
import { EFFORTS, effortsBetween, type Effort } from '../../core/effort.ts';
import type { ProtocolName } from '../../core/part.ts';
import { claudeTraits, isClaude } from './claude.ts';
import { geminiTraits, type Thinking } from './gemini.ts';
import { grokFacts } from './grok.ts';
import { openaiTraits } from './openai.ts';
import { openModelTraits } from './open-models.ts';
import { purposeOf, type Purpose } from './purpose.ts';

/** The facts about a model, whoever serves it. */
export interface ModelFacts {
  readonly purpose: Purpose;
  /** It thinks before it answers, unless it can be told not to; undefined: unknown. */
  readonly reasons: boolean | undefined;
  /**
   * The efforts that it takes, lowest first, with `none` if thinking can be turned off. Empty: it cannot think.
   * Undefined: any.
   */
  readonly efforts: readonly Effort[] | undefined;
  /** It thinks and takes no effort. */
  readonly isUntold?: boolean | undefined;
  /** The only dialect that serves it; undefined: any dialect of its backend. */
  readonly only: ProtocolName | undefined;
  /** In OpenAI's own chat completions it takes tools only while it does not think. */
  readonly toolsUnthinking: boolean;
  /** The highest token limit of an answer. Backends refuse a higher one. Undefined: unknown. */
  readonly maxOutput?: number | undefined;
  /** The settings that it refuses. */
  readonly refused: readonly SettingName[];
  /** The settings that it also refuses while it thinks. */
  readonly refusedThinking: readonly SettingName[];
}

/** The facts about the model called `name`, from its maker's table. */
export function factsOf(name: string): ModelFacts {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const facts = lookUp(name);
  // With a wildcard alias, clients choose the names.
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
  return { ...UNKNOWN, ...known, purpose, reasons: known?.reasons ?? reasonsByName(name) };
}

/** If no table has the model, its name may tell. */
function reasonsByName(name: string): true | undefined {
  return REASONING_NAME.test(name) && !NON_REASONING_NAME.test(name) ? true : undefined;
}

const REASONING_NAME = /(?:^|[-./])(?:thinking|reasoning|reasoner|deep-research)(?:[-.:]|$)/i;
const NON_REASONING_NAME = /(?:^|[-./])non-?(?:thinking|reasoning)(?:[-.:]|$)/i;

const UNKNOWN: Omit<ModelFacts, 'purpose'> = {
  reasons: undefined,
  efforts: undefined,
  only: undefined,
  toolsUnthinking: false,
  refused: [],
  refusedThinking: [],
};

/** Sampling settings. OpenAI's models refuse them while they think. */
const CHOOSING: readonly SettingName[] = [
  'stop',
  'frequencyPenalty',
  'presencePenalty',
  'temperature',
  'topP',
  'logprobs',
  'topLogprobs',
];

/** Claude thinks if it is asked to; the newest think unless they are told not to. */
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

/** The efforts that stand for Gemini's own units: https://ai.google.dev/gemini-api/docs/openai. */
function geminiEfforts(thinking: Thinking): readonly Effort[] {
  if (thinking.by === 'nothing') return [];
  if (thinking.by === 'budget') return effortsBetween(thinking.canBeOff ? 'none' : 'minimal', 'high');
  return EFFORTS.filter((effort) => thinking.levels.some((level) => level.toLowerCase() === effort));
}
