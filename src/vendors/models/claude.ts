import type { Effort } from '../../core/effort.ts';
import { isAtLeast, NEWEST, versionFrom, type Version } from './version.ts';

/** What a model supports of Anthropic's Messages API. Anything else would be a 400. */
export interface ClaudeTraits {
  /** `max_tokens` if the client set no limit; low enough to leave room for a long prompt. */
  readonly defaultMaxTokens: number;
  /** The highest `max_tokens`. */
  readonly maxOutput: number;
  /**
   * `budget`: `{type: "enabled", budget_tokens}`; `adaptive`: `{type: "adaptive"}` with `output_config.effort`;
   * `unsaid`: the model thinks by itself, and requests cannot set anything.
   */
  readonly thinking: 'none' | 'budget' | 'adaptive' | 'unsaid';
  /** How to turn thinking off; `never`: impossible. */
  readonly off: 'absent' | 'disabled' | 'between_tools' | 'never';
  /** The efforts that it knows, lowest first. */
  readonly efforts: readonly Effort[];
  /** Thoughts are visible by default. */
  readonly showsThoughts: boolean;
  /** `output_config.format` and strict tools. */
  readonly structured: boolean;
  /** `tool_choice` of `any` and `tool`. */
  readonly forcedChoice: boolean;
  /** `either`: temperature or top_p, not both; `none`: defaults only. */
  readonly sampling: 'free' | 'either' | 'none';
  /** It continues an answer at the end of the messages, unless it thinks. */
  readonly prefill: boolean;
  /** Messages with the role `system` after a user message. */
  readonly systemTurns: boolean;
  /** It signs its thoughts and accepts only those. */
  readonly signs: boolean;
  /** `stop_sequences` have an effect. */
  readonly stops: boolean;
}

/**
 * The changes of each of Anthropic's generations. Sources: the SDK's types and change log, recorded traffic, and
 * https://platform.claude.com/docs/en/about-claude/models/migration-guide. A row applies from its version on, to the
 * lines that it names or to all. Later rows win, so a model newer than the table counts as the newest.
 */
const GENERATIONS: readonly (readonly [since: string, lines: string, traits: Partial<ClaudeTraits>])[] = [
  ['3.5', '', { maxOutput: 8192, defaultMaxTokens: 8192 }],
  ['3.7', '', { maxOutput: 64_000, defaultMaxTokens: 32_000, thinking: 'budget' }],
  ['4', 'opus', { maxOutput: 32_000 }],
  ['4.1', 'opus', { sampling: 'either' }],
  ['4.5', '', { sampling: 'either', structured: true, maxOutput: 64_000 }],
  // The only line of its generation that takes an effort beside a budget.
  ['4.5', 'opus', { efforts: ['low', 'medium', 'high'] }],
  ['4.6', '', { thinking: 'adaptive', efforts: ['low', 'medium', 'high', 'max'], defaultMaxTokens: 64_000 }],
  ['4.6', '', { prefill: false }],
  ['4.6', 'opus sonnet', { maxOutput: 128_000 }],
  ['4.7', '', { sampling: 'none', efforts: ['low', 'medium', 'high', 'xhigh', 'max'], showsThoughts: false }],
  ['4.8', '', { systemTurns: true }],
  // Thinks unless it is turned off.
  ['5', '', { off: 'disabled', maxOutput: 128_000 }],
  ['5', 'sonnet', { systemTurns: false }],
  ['5', 'fable mythos', { off: 'never' }],
  ['5.1', 'fable mythos', { forcedChoice: false }],
  ['5.5', 'sonnet', { off: 'between_tools', forcedChoice: false, systemTurns: true }],
  ['5.5', 'opus', { off: 'never', forcedChoice: false }],
];

/** Claude 3 and older. */
const OLDEST: ClaudeTraits = {
  defaultMaxTokens: 4096,
  maxOutput: 4096,
  thinking: 'none',
  off: 'absent',
  efforts: [],
  showsThoughts: true,
  structured: false,
  forcedChoice: true,
  sampling: 'free',
  prefill: true,
  systemTurns: false,
  signs: true,
  stops: true,
};

/** Compatible models of other vendors. Most know only the first form of this dialect. */
const COMPATIBLE: ClaudeTraits = {
  ...OLDEST,
  defaultMaxTokens: 8192,
  maxOutput: Number.POSITIVE_INFINITY,
  thinking: 'budget',
  off: 'disabled',
  signs: false,
};

/** `claude-opus-4-5-20251101`, `us.anthropic.claude-sonnet-4-6-v1:0`, `anthropic/claude-opus-4.8`. */
const LINE_FIRST = /claude-([a-z]+)-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/;
/** `claude-3-5-sonnet-20241022`, `anthropic/claude-4.6-opus`. */
const VERSION_FIRST = /claude-(\d{1,2})(?:[-.](\d{1,2}))?-([a-z]+)/;

/** Whether a model is one of Anthropic's, by its name. */
export function isClaude(name: string): boolean {
  return /claude/i.test(name);
}

/** The traits of the model called `name`. */
export function claudeTraits(name: string): ClaudeTraits {
  if (!isClaude(name)) return COMPATIBLE;
  const text = name.toLowerCase();
  const { line, version } = generationOf(text);
  const isOf = (lines: string) => lines === '' || line === '' || lines.includes(line);
  const changes = GENERATIONS.filter(([since, lines]) => isAtLeast(version, since) && isOf(lines)).map(
    ([, , traits]) => traits,
  );
  return Object.assign({}, OLDEST, ...changes) as ClaudeTraits;
}

/** Line and version of a Claude. Without either, it counts as new. */
function generationOf(text: string): { line: string; version: Version } {
  const first = LINE_FIRST.exec(text);
  if (first !== null) return { line: first[1] ?? '', version: versionOf(first[2], first[3]) };
  const last = VERSION_FIRST.exec(text);
  if (last !== null) return { line: last[3] ?? '', version: versionOf(last[1], last[2]) };
  if (/claude-(?:instant|v?[12])/.test(text)) return { line: '', version: [2] };
  return { line: /claude-([a-z]+)/.exec(text)?.[1] ?? '', version: NEWEST };
}

function versionOf(major = '0', minor = '0'): Version {
  return versionFrom(`${major}.${minor}`) ?? NEWEST;
}
