import type { Effort } from '../../core/effort.ts';
import type { ProtocolName } from '../../core/part.ts';
import { claudeTraits } from './claude.ts';
import { geminiTraits } from './gemini.ts';
import { openaiTraits } from './openai.ts';
import { openModelTraits } from './open-models.ts';

/** What is known of a model's thinking, whoever serves it. */
export interface ModelFacts {
  /** It thinks before it answers, unless it is told not to and can be; undefined: not known. */
  readonly reasons: boolean | undefined;
  /**
   * The efforts that it takes, least first, `none` among them where it can be told not to think; none at all: it cannot
   * think. Undefined: any.
   */
  readonly efforts: readonly Effort[] | undefined;
  /** The one dialect in which it is served; undefined: any that its backend has. */
  readonly only: ProtocolName | undefined;
  /** While it thinks it takes no settings by which a choice among tokens is made. */
  readonly thinksUnsampled: boolean;
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
  const openai = openaiTraits(name);
  if (openai !== undefined) {
    const { efforts, only } = openai;
    return { reasons: efforts.length > 0, efforts, only, thinksUnsampled: true };
  }
  return { ...UNKNOWN, ...(claudeFacts(name) ?? geminiFacts(name) ?? openModelTraits(name)) };
}

const UNKNOWN: ModelFacts = { reasons: undefined, efforts: undefined, only: undefined, thinksUnsampled: false };

/** Claude thinks where it is asked to; the newest unless they are told not to. */
function claudeFacts(name: string): Partial<ModelFacts> | undefined {
  if (!name.toLowerCase().includes('claude')) return undefined;
  const { thinking, off } = claudeTraits(name);
  return { reasons: off !== 'absent', efforts: thinking === 'none' ? [] : undefined };
}

function geminiFacts(name: string): Partial<ModelFacts> | undefined {
  if (!/(?:^|\/)gemini-/i.test(name)) return undefined;
  const { thinking } = geminiTraits(name);
  return { reasons: thinking.by !== 'nothing', efforts: thinking.by === 'nothing' ? [] : undefined };
}
