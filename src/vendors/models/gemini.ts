import { isAtLeast, NEWEST, versionFrom, type Version } from './version.ts';

/** What a model supports, and what it requires. */
export interface GeminiTraits {
  /**
   * From the third generation on, a call needs its signature, a function's response may hold media, and functions and
   * structured output go together.
   */
  readonly isThirdOrLater: boolean;
  /**
   * Models up to 3.1 continue an answer at the end of the contents. Later ones refuse such contents, and all refuse
   * contents with nothing else.
   */
  readonly takesModelLast: boolean;
  readonly thinking: Thinking;
  /** At Google's own API, Gemini 2.5 answers 400 to any penalty. */
  readonly takesPenalties: boolean;
  /** The highest `maxOutputTokens`; undefined: unknown. */
  readonly maxOutput: number | undefined;
  /** Later models accept `temperature`, `topP` and `topK`, and ignore them. */
  readonly isSampled: boolean;
}

/**
 * The traits of the model called `name`. Sources for the highest output: https://github.com/BerriAI/litellm/pull/10548
 * ("… but the supported range is from 1 (inclusive) to 65536 (exclusive)") and
 * https://github.com/stackblitz-labs/bolt.diy/issues/955.
 */
export function geminiTraits(name: string): GeminiTraits {
  const generation = generationOf(name);
  const isFrom = (version: string): boolean => generation !== undefined && isAtLeast(generation, version);
  const isThirdOrLater = isFrom('3');
  return {
    isThirdOrLater,
    takesModelLast: !isFrom('3.2'),
    thinking: thinkingOf(name, isThirdOrLater),
    takesPenalties: !isFrom('2.5') || isFrom('2.6'),
    maxOutput: generation === undefined || isFrom('4') ? undefined : isFrom('2.5') ? 65_535 : 8192,
    isSampled: !isFrom('3.6') && !/(?:^|\/)gemini-3\.5-flash-lite/.test(name),
  };
}

/** The model's name without its collection: `gemini-2.5-pro` of `publishers/google/models/gemini-2.5-pro`. */
function bareName(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1).toLowerCase();
}

/**
 * The generation of a Gemini model: 2.5, 3, 3.1. The `…-latest` aliases are of the newest one. Undefined if the name
 * does not tell: tuned models, Gemma, other makers' models.
 */
function generationOf(model: string): Version | undefined {
  const name = bareName(model);
  const version = /^gemini-(\d+(?:\.\d+)?)(?:-|$)/.exec(name)?.[1];
  if (version !== undefined) return versionFrom(version);
  return /^gemini-.*-latest$/.test(name) ? NEWEST : undefined;
}

/** How a model takes the amount of thinking: a level, a number of tokens, or not at all. */
export type Thinking =
  | { readonly by: 'level'; readonly levels: readonly ThinkingLevel[] }
  | { readonly by: 'budget'; readonly least: number; readonly most: number; readonly canBeOff: boolean }
  | { readonly by: 'nothing' };

/** The levels of thinking. Each model knows some of them. */
export type ThinkingLevel = 'MINIMAL' | 'LOW' | 'MEDIUM' | 'HIGH' | 'XHIGH';

/**
 * Rows by name; the first match applies; https://ai.google.dev/gemini-api/docs/thinking. Models that make images or
 * speech take no amount of thinking. Models newer than the rows take the three levels that all have.
 */
const THINKING: readonly (readonly [name: RegExp, thinking: Thinking])[] = [
  [/-(?:image|tts|live|native-audio)(?:-|$)/, { by: 'nothing' }],
  [/^gemini-2\.5-pro/, { by: 'budget', least: 128, most: 32_768, canBeOff: false }],
  [/^gemini-2\.5-flash-lite/, { by: 'budget', least: 512, most: 24_576, canBeOff: true }],
  [/^gemini-2\.5-/, { by: 'budget', least: 1, most: 24_576, canBeOff: true }],
  [/^gemini-3-pro/, { by: 'level', levels: ['LOW', 'HIGH'] }],
  [/^gemini-3(?:\.[0-6])?-flash/, { by: 'level', levels: ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] }],
  [/^gemini-3\.\d+-flash-lite/, { by: 'level', levels: ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] }],
  [/^gemini-4-hydrogen/, { by: 'level', levels: ['LOW', 'MEDIUM', 'HIGH', 'XHIGH'] }],
];

function thinkingOf(model: string, isThirdOrLater: boolean): Thinking {
  const name = bareName(model);
  const row = THINKING.find(([pattern]) => pattern.test(name));
  if (row !== undefined) return row[1];
  return isThirdOrLater ? { by: 'level', levels: ['LOW', 'MEDIUM', 'HIGH'] } : { by: 'nothing' };
}
