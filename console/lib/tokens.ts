import type { RequestRow } from './answers.ts';

/** Classes of tokens, in the order in which they are shown. They do not overlap. */
export const TOKEN_CLASSES = [
  'input',
  'cache_read',
  'cache_write_5m',
  'cache_write_1h',
  'audio_in',
  'image_in',
  'output',
  'reasoning',
  'audio_out',
  'image_out',
] as const;

export type TokenClass = (typeof TOKEN_CLASSES)[number];

const OUTPUT: ReadonlySet<TokenClass> = new Set(['output', 'reasoning', 'audio_out', 'image_out']);

type Usage = RequestRow['usage'];

/** So many tokens of a class. */
export function tokensOf(usage: Usage, name: TokenClass): number {
  const count = usage?.[name];
  return typeof count === 'number' ? count : 0;
}

/** What went in and what came out; undefined where nothing is known. */
export function inAndOut(usage: Usage): { readonly input: number; readonly output: number } | undefined {
  if (usage === null) return undefined;
  const sums = { input: 0, output: 0 };
  for (const name of TOKEN_CLASSES) sums[OUTPUT.has(name) ? 'output' : 'input'] += tokensOf(usage, name);
  return sums;
}
