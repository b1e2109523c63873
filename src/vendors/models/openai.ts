import { effortsBetween, type Effort } from '../../core/effort.ts';
import { isAtLeast, versionFrom, type Version } from './version.ts';

/** The facts about one of OpenAI's models. */
export interface OpenAITraits {
  /** The efforts that it takes, lowest first. Empty: it does not think. */
  readonly efforts: readonly Effort[];
  /** It thinks by default. */
  readonly thinksByItself: boolean;
  /** It takes no sampling settings, even if thinking is turned off. */
  readonly neverSampled: boolean;
  /** In chat completions it takes tools only while it does not think: https://github.com/BerriAI/litellm/pull/34569. */
  readonly toolsUnthinking: boolean;
  /** The highest token limit of an answer; undefined: unknown. */
  readonly maxOutput: number | undefined;
  /** The only one of OpenAI's APIs that serves it; undefined: both do. */
  readonly only: 'openai-chat' | 'openai-responses' | undefined;
}

/** The facts about the model called `name`; undefined if it is not OpenAI's, or unknown. */
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
  // Models before the fifth generation do not think.
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

/** Whether only the Responses API serves a model, or serves it with tools while it thinks. */
export function needsResponses(name: string): boolean {
  const traits = openaiTraits(name);
  return traits !== undefined && (traits.toolsUnthinking || traits.only === 'openai-responses');
}

/** From 5.1 to 5.4 the default effort is `none`, except for lines without that effort. */
function isQuietByItself(line: string, version: Version): boolean {
  return isAtLeast(version, '5.1') && !isAtLeast(version, '5.5') && !/^(?:pro|codex)/.test(line);
}

/**
 * Vendors add prefixes (`openai/gpt-5`, `us.openai.gpt-5`), dates and other suffixes (`gpt-5:online`,
 * `gpt-5@2025-08-07`). The name of a tuned model contains that of its base:
 * `ft:gpt-4.1-mini-2025-04-14:acme::BTz2REMH`.
 */
function bareName(name: string): string {
  const own = name.slice(name.lastIndexOf('/') + 1, MOST_CHARACTERS).toLowerCase();
  const parts = own.split(/[:@]/).map((part) => part.replace(/^(?:[a-z-]+\.)?openai\./, ''));
  return parts.find((part) => KNOWN.test(part)) ?? parts[0] ?? '';
}

/** With a wildcard alias, clients choose the names. No model's name is longer. */
const MOST_CHARACTERS = 500;

/** How the names of OpenAI's models begin. */
const KNOWN = /^(?:gpt-|chatgpt-|o\d|codex-|computer-use)/;

/** Version and line: `gpt-5.4-pro-2026-03-05`, `gpt-5`, `gpt-10.1-codex-max`. */
const GPT = /^gpt-(\d+(?:\.\d+)?)o?(?:-(.*))?$/;

/** Names without a meaningful version. */
const SERIES: readonly (readonly [name: RegExp, efforts: readonly Effort[]])[] = [
  [/^chatgpt-|^gpt-35/, []],
  [/^o\d/, effortsBetween('low', 'high')],
  [/^(codex-mini|computer-use)/, effortsBetween('low', 'high')],
  // Models for audio and images.
  [/^gpt-(?:audio|realtime|image)(?:-|$)/, []],
  // Its efforts are not documented. These are the ones that similar models share.
  [/^gpt-daybreak/, effortsBetween('low', 'high')],
];

function noneOr(most: Effort): Effort[] {
  return ['none', ...effortsBetween('low', most)];
}

/**
 * Each line, from the version on that changed it; the first match applies. Sources: OpenAI's reasoning guide
 * (https://developers.openai.com/api/docs/guides/reasoning), the API's own errors for refused values, and
 * https://github.com/UKGovernmentBEIS/inspect_ai/issues/5254 for the sixth generation.
 */
const GENERATIONS: readonly (readonly [line: RegExp, since: string, efforts: readonly Effort[]])[] = [
  [/^chat/, '0', []],
  [/^pro/, '5.2', effortsBetween('medium', 'xhigh')],
  [/^pro/, '5', ['high']],
  [/^codex/, '5.2', effortsBetween('low', 'xhigh')],
  [/^codex-max/, '5.1', effortsBetween('low', 'xhigh')],
  [/^codex/, '5', effortsBetween('low', 'high')],
  // Their thinking cannot be turned off.
  [/^(?:astra|rosalind)/, '6', effortsBetween('low', 'max')],
  [/^sol/, '6.1', effortsBetween('low', 'max')],
  [/^/, '5.6', noneOr('max')],
  [/^/, '5.2', noneOr('xhigh')],
  [/^/, '5.1', noneOr('high')],
  [/^/, '5', effortsBetween('minimal', 'high')],
];

/** Models that only one API serves. */
function onlyOf(name: string): OpenAITraits['only'] {
  if (/(?:^|-)audio(?:-|$)|-search-(?:preview|api)/.test(name)) return 'openai-chat';
  return /-codex|^codex-|-pro(?:-|$)|-deep-research|^computer-use|^gpt-daybreak/.test(name)
    ? 'openai-responses'
    : undefined;
}

/** The first match applies. Source: the page of each model (https://developers.openai.com/api/docs/models). */
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
