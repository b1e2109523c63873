import { effortsBetween, type Effort } from '../../core/effort.ts';
import { isAtLeast, versionFrom, type Version } from './version.ts';

/** What is known of one of OpenAI's models. */
export interface OpenAITraits {
  /** The efforts that it takes, least first; none: it does not think. */
  readonly efforts: readonly Effort[];
  /** Where a request does not say, it thinks. */
  readonly thinksByItself: boolean;
  /** It takes no sampling settings even where it is told not to think. */
  readonly neverSampled: boolean;
  /** Chat completions take tools for it only while it does not think: https://github.com/BerriAI/litellm/pull/34569. */
  readonly toolsUnthinking: boolean;
  /** The most tokens that it can answer with; undefined: not known. */
  readonly maxOutput: number | undefined;
  /** The one of OpenAI's APIs that serves it; undefined: both. */
  readonly only: 'openai-chat' | 'openai-responses' | undefined;
}

/** What is known of the model called `name`; undefined for one that is not OpenAI's, or not known. */
export function openaiTraits(name: string): OpenAITraits | undefined {
  const own = bareName(name);
  const only = onlyOf(own);
  const series = SERIES.find(([pattern]) => pattern.test(own));
  if (series !== undefined) {
    return {
      efforts: series[1],
      thinksByItself: series[1].length > 0,
      neverSampled: false,
      toolsUnthinking: false,
      maxOutput: maxOutputOf(own),
      only,
    };
  }
  const [, number, line = ''] = GPT.exec(own) ?? [];
  const version = number === undefined ? undefined : versionFrom(number);
  if (version === undefined) return undefined;
  const row = GENERATIONS.find(([lines, since]) => lines.test(line) && isAtLeast(version, since));
  // Before the fifth generation none thinks.
  const efforts = row?.[2] ?? [];
  return {
    efforts,
    thinksByItself: efforts.length > 0 && !isQuietByItself(line, version),
    neverSampled: isAtLeast(version, '6'),
    toolsUnthinking: efforts.length > 0 && isAtLeast(version, '5.2'),
    maxOutput: maxOutputOf(own),
    only,
  };
}

/** Whether a model takes tools while it thinks in Responses alone, or is served nowhere else. */
export function needsResponses(name: string): boolean {
  const traits = openaiTraits(name);
  return traits !== undefined && (traits.toolsUnthinking || traits.only === 'openai-responses');
}

/** From 5.1 to 5.4 the effort is `none` where none is said, but for the lines that have no such word. */
function isQuietByItself(line: string, version: Version): boolean {
  return isAtLeast(version, '5.1') && !isAtLeast(version, '5.5') && !/^(?:pro|codex)/.test(line);
}

/**
 * Vendors put names of their own in front (`openai/gpt-5`, `us.openai.gpt-5`), and dates and words of theirs behind
 * (`gpt-5:online`, `gpt-5@2025-08-07`). What was tuned tells of what: `ft:gpt-4.1-mini-2025-04-14:acme::BTz2REMH`.
 */
function bareName(name: string): string {
  const own = name.slice(name.lastIndexOf('/') + 1, MOST_CHARACTERS).toLowerCase();
  const parts = own.split(/[:@]/).map((part) => part.replace(/^(?:[a-z-]+\.)?openai\./, ''));
  return parts.find((part) => KNOWN.test(part)) ?? parts[0] ?? '';
}

/** Clients choose the names of a wildcard alias, and no model has a longer one. */
const MOST_CHARACTERS = 500;

/** How the names of OpenAI's models begin. */
const KNOWN = /^(?:gpt-|chatgpt-|o\d|codex-|computer-use)/;

/** Version and line: `gpt-5.4-pro-2026-03-05`, `gpt-5`, `gpt-10.1-codex-max`. */
const GPT = /^gpt-(\d+(?:\.\d+)?)o?(?:-(.*))?$/;

/** Names without a version that tells. */
const SERIES: readonly (readonly [name: RegExp, efforts: readonly Effort[]])[] = [
  [/^chatgpt-|^gpt-35/, []],
  [/^o\d/, effortsBetween('low', 'high')],
  [/^(codex-mini|computer-use)/, effortsBetween('low', 'high')],
  // They hear, speak, or draw.
  [/^gpt-(?:audio|realtime|image)(?:-|$)/, []],
  // Its efforts are not documented: those that its neighbours share.
  [/^gpt-daybreak/, effortsBetween('low', 'high')],
];

function noneOr(most: Effort): Effort[] {
  return ['none', ...effortsBetween('low', most)];
}

/**
 * Each line from the version on that changed it, the first that fits. From OpenAI's reasoning guide
 * (https://developers.openai.com/api/docs/guides/reasoning), the API's own words for values that it refuses, and
 * https://github.com/UKGovernmentBEIS/inspect_ai/issues/5254 for the sixth generation.
 */
const GENERATIONS: readonly (readonly [line: RegExp, since: string, efforts: readonly Effort[]])[] = [
  [/^chat/, '0', []],
  [/^pro/, '5.2', effortsBetween('medium', 'xhigh')],
  [/^pro/, '5', ['high']],
  [/^codex/, '5.2', effortsBetween('low', 'xhigh')],
  [/^codex-max/, '5.1', effortsBetween('low', 'xhigh')],
  [/^codex/, '5', effortsBetween('low', 'high')],
  // These cannot be told not to think.
  [/^(?:astra|rosalind)/, '6', effortsBetween('low', 'max')],
  [/^sol/, '6.1', effortsBetween('low', 'max')],
  [/^/, '5.6', noneOr('max')],
  [/^/, '5.2', noneOr('xhigh')],
  [/^/, '5.1', noneOr('high')],
  [/^/, '5', effortsBetween('minimal', 'high')],
];

/** What only one API serves, by its name. */
function onlyOf(name: string): OpenAITraits['only'] {
  if (/(?:^|-)audio(?:-|$)|-search-(?:preview|api)/.test(name)) return 'openai-chat';
  return /-codex|^codex-|-pro(?:-|$)|-deep-research|^computer-use|^gpt-daybreak/.test(name)
    ? 'openai-responses'
    : undefined;
}

/** The first that fits, by the page of each model (https://developers.openai.com/api/docs/models). */
const MOST_OUTPUT: readonly (readonly [name: RegExp, tokens: number])[] = [
  [/^gpt-3\.?5|^gpt-4-(?:turbo|1106|0125)|^gpt-4o-2024-05-13/, 4096],
  [/^gpt-4(?:-0613|-32k)?$/, 8192],
  [/^gpt-4o|^chatgpt-4o|^gpt-4\.5|^gpt-5(?:\.\d+)?-chat|^gpt-audio/, 16_384],
  [/^gpt-4\.1|^o1-preview/, 32_768],
  [/^o1-mini/, 65_536],
  [/^o[134](?:-|$)/, 100_000],
  [/^gpt-5(?:[.-]|$)/, 128_000],
];

function maxOutputOf(name: string): number | undefined {
  return MOST_OUTPUT.find(([pattern]) => pattern.test(name))?.[1];
}
