import { effortsBetween, type Effort } from '../../core/effort.ts';
import type { ModelFacts } from './facts.ts';
import { isAtLeast, versionFrom } from './version.ts';

/**
 * The facts about one of xAI's models; undefined for others. Only the models of the rows take an effort; others answer
 * 400 (https://docs.x.ai/docs/guides/reasoning, https://github.com/BerriAI/litellm/issues/16265).
 */
export function grokFacts(name: string): Partial<ModelFacts> | undefined {
  const own = /(?:^|[/.])(grok-.*)$/.exec(name.toLowerCase())?.[1];
  if (own === undefined) return undefined;
  if (own.includes('non-reasoning')) return { reasons: false, efforts: [] };
  const [, number, line = ''] = GROK.exec(own) ?? [];
  const version = number === undefined ? undefined : versionFrom(number);
  const row = version && GENERATIONS.find(([lines, since]) => lines.test(line) && isAtLeast(version, since));
  const efforts = row === undefined ? UNTOLD : row[2];
  if (efforts.length === 0) return { reasons: false, efforts };
  return {
    reasons: true,
    ...(efforts === UNTOLD ? { isUntold: true } : { efforts }),
    refused: REFUSED,
    only: own.includes('multi-agent') ? 'openai-responses' : undefined,
  };
}

const GROK = /^grok-(\d+(?:\.\d+)?)(?:-(.*))?$/;

/** It thinks and takes no effort. */
const UNTOLD: readonly Effort[] = ['high'];

/** The first match applies. 4.20 is older than its number suggests. */
const GENERATIONS: readonly (readonly [line: RegExp, since: string, efforts: readonly Effort[]])[] = [
  [/^multi-agent/, '4.20', effortsBetween('low', 'xhigh')],
  [/^/, '4.20', UNTOLD],
  [/^/, '4.6', effortsBetween('low', 'xhigh')],
  [/^/, '4.5', effortsBetween('low', 'high')],
  [/^/, '4.3', ['none', ...effortsBetween('low', 'high')]],
  [/^/, '4', UNTOLD],
  [/^mini/, '3', ['low', 'high']],
  [/^/, '1', []],
];

/** Models that think answer these with an error. */
const REFUSED = ['stop', 'frequencyPenalty', 'presencePenalty'] as const;
