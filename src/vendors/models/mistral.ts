import { effortsBetween } from '../../core/effort.ts';
import type { ModelFacts } from './facts.ts';
import { isAtLeast, versionFrom, type Version } from './version.ts';

/**
 * The facts about one of Mistral's models, under its own name or that of its weights; undefined for others, and for
 * names that do not tell, such as `mistral-large-latest`. https://docs.mistral.ai/inference/conversations/reasoning
 */
export function mistralFacts(name: string): Partial<ModelFacts> | undefined {
  const own = name.toLowerCase();
  // Its thinking cannot be turned off.
  if (own.includes('magistral')) return { reasons: true, efforts: effortsBetween('low', 'high') };
  if (/mistral-vibe|devstral-(?:\w+-)?latest/.test(own)) return ADJUSTABLE;
  if (UNTHINKING.test(own)) return { efforts: [] };
  const [, line, text = ''] = LINE.exec(own) ?? [];
  const first = FIRST.find(([each]) => each === line);
  if (first === undefined) return undefined;
  const [, version, date, isLatest] = first;
  if (text === '') return undefined;
  if (text === 'latest') return isLatest ? ADJUSTABLE : undefined;
  return isSince(versionFrom(text) ?? [], version, date) ? ADJUSTABLE : { efforts: [] };
}

const ADJUSTABLE: Partial<ModelFacts> = { efforts: ['none', 'high'] };

const UNTHINKING = /ministral|mixtral|codestral|devstral|pixtral|voxtral|open-mistral|mistral-(?:nemo|tiny|saba|7b)/;

/** `mistral-small-latest`, `mistral-medium-3-5`, `mistral-large-2512`, `Mistral-Small-4-119B-2603`, `mistral-small3.2`. */
const LINE =
  /mistral-(small|medium|large)(?:-\d+b)?(?:-instruct)?-?(latest|\d{4}|\d{1,2}(?![\db])(?:[-.]\d{1,2}(?![\db]))?)?/;

/** The first models of each line that can think, by version and by date, and whether the newest is known to. */
const FIRST: readonly (readonly [line: string, version: string, date: string, isLatest: boolean])[] = [
  ['small', '4', '2603', true],
  ['medium', '3.5', '2604', true],
  ['large', '4', '2601', false],
];

function isSince(version: Version, since: string, date: string): boolean {
  return isAtLeast(version, (version[0] ?? 0) < 1000 ? since : date);
}
