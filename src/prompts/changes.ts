import type { PromptSet } from './prompt-set.ts';

/** What differs between the prompt files of two versions of a config, a line for each file. None where there were none before. */
export function promptChanges(before: PromptSet | undefined, after: PromptSet | undefined): string[] {
  if (before === undefined || after === undefined) return [];
  const [old, now] = [before, after].map(({ prompts }) => new Map(prompts.map((prompt) => [prompt.file, prompt])));
  const files = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
  return [...files].sort().flatMap((file) => {
    const [was, is] = [old?.get(file), now?.get(file)];
    if (Bun.deepEquals(was, is)) return [];
    return [`system prompt ${file}: ${was === undefined ? 'added' : is === undefined ? 'removed' : 'changed'}`];
  });
}
