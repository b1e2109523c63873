import type { Effort } from '../../core/effort.ts';

/** What is known of a model's thinking. */
export interface ModelTraits {
  /** Whether it thinks before it answers; undefined for a model that is not known. */
  readonly reasons: boolean | undefined;
  /** The efforts that it takes, least first; undefined: any. */
  readonly efforts: readonly Effort[] | undefined;
}

/**
 * What the API would refuse of a model. Vendors put names of their own in front (`openai/gpt-5`, `openai.gpt-5`), and
 * dates behind.
 */
export function traitsOf(model: string): ModelTraits {
  const name = model.toLowerCase().replace(/^.*[/:]|^openai\./, '');
  const family = FAMILIES.find(([pattern]) => pattern.test(name));
  if (family === undefined) return UNKNOWN;
  const [, efforts] = family;
  return { reasons: efforts.length > 0, efforts };
}

/** The effort that a model takes in place of another: the next higher, or its highest. */
export function nearestEffort(effort: Effort, { efforts }: ModelTraits): Effort {
  if (efforts === undefined || efforts.length === 0 || efforts.includes(effort)) return effort;
  const wished = ORDER.indexOf(effort);
  return efforts.find((each) => ORDER.indexOf(each) >= wished) ?? efforts.at(-1) ?? effort;
}

const UNKNOWN: ModelTraits = { reasons: undefined, efforts: undefined };

const ORDER: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

function between(least: Effort, most: Effort): Effort[] {
  return ORDER.slice(ORDER.indexOf(least), ORDER.indexOf(most) + 1);
}

function noneOr(most: Effort): Effort[] {
  return ['none', ...between('low', most)];
}

/**
 * The first that fits holds. From OpenAI's reasoning guide (https://developers.openai.com/api/docs/guides/reasoning) and
 * the API's own words for values that it refuses. None: it does not think.
 */
const FAMILIES: readonly (readonly [RegExp, readonly Effort[]])[] = [
  [/^(gpt-3|gpt-4|chatgpt-|gpt-\d+(\.\d+)?-chat)/, []],
  [/^o\d/, between('low', 'high')],
  [/^(codex-mini|computer-use)/, between('low', 'high')],
  [/^gpt-5-pro/, ['high']],
  [/^gpt-5-codex/, between('low', 'high')],
  [/^gpt-5(-|$)/, between('minimal', 'high')],
  [/^gpt-5\.1-codex-max/, between('low', 'xhigh')],
  [/^gpt-5\.1-codex/, between('low', 'high')],
  [/^gpt-5\.1/, noneOr('high')],
  [/^gpt-5\.\d+-pro/, between('medium', 'xhigh')],
  [/^gpt-5\.\d+-codex/, between('low', 'xhigh')],
  [/^gpt-5\.[2-5]/, noneOr('xhigh')],
  [/^gpt-([5-9]|\d\d)/, noneOr('max')],
];
