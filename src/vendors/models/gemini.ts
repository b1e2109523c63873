import { isAtLeast, NEWEST, versionFrom, type Version } from './version.ts';

/** What a model takes, and what it refuses to do without. */
export interface GeminiTraits {
  /**
   * From the third generation on a call without its signature is refused, media may stand in a function's response, and
   * functions and structured output go together.
   */
  readonly isThirdOrLater: boolean;
  /**
   * Up to 3.1 a model goes on with an answer that the contents end with; later ones refuse such contents, as all do if
   * there is nothing else in them.
   */
  readonly takesModelLast: boolean;
  readonly thinking: Thinking;
  /** Gemini 2.5 at Google's own API answers 400 to any penalty. */
  readonly takesPenalties: boolean;
  /** The most that `maxOutputTokens` may be; undefined: not known. */
  readonly maxOutput: number | undefined;
  /** Later ones take `temperature`, `topP` and `topK`, and pay no heed to them. */
  readonly isSampled: boolean;
}

/**
 * What is known of the model called `name`. The most output is by https://github.com/BerriAI/litellm/pull/10548 ("… but the
 * supported range is from 1 (inclusive) to 65536 (exclusive)") and https://github.com/stackblitz-labs/bolt.diy/issues/955.
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

/** The model's name without the collection it is in: `gemini-2.5-pro` of `publishers/google/models/gemini-2.5-pro`. */
function bareName(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1).toLowerCase();
}

/**
 * The generation of a Gemini model: 2.5, 3, 3.1. The `…-latest` aliases are of the newest. Undefined for whatever does
 * not say what it is: tuned models, Gemma, other makers'.
 */
function generationOf(model: string): Version | undefined {
  const name = bareName(model);
  const version = /^gemini-(\d+(?:\.\d+)?)(?:-|$)/.exec(name)?.[1];
  if (version !== undefined) return versionFrom(version);
  return /^gemini-.*-latest$/.test(name) ? NEWEST : undefined;
}

/** How a model takes its measure of thinking: a level, a number of tokens, or not at all. */
export type Thinking =
  | { readonly by: 'level'; readonly levels: readonly ThinkingLevel[] }
  | { readonly by: 'budget'; readonly least: number; readonly most: number; readonly canBeOff: boolean }
  | { readonly by: 'nothing' };

/** The words for how much to think, of which each model knows some. */
export type ThinkingLevel = 'MINIMAL' | 'LOW' | 'MEDIUM' | 'HIGH' | 'XHIGH';

/**
 * Rows by name, the first that fits; https://ai.google.dev/gemini-api/docs/thinking. Models that draw or speak take no
 * measure. Whatever comes later than the rows know takes the three levels that all have.
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
