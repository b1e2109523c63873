import type { Prompt, PromptSet } from './inject.ts';

/** What differs between the prompts of two configs, by file: `/etc/llm-proxy/system_prompts/gpt-5.txt: changed`. Never their texts. */
export function promptChanges(before: PromptSet | undefined, after: PromptSet | undefined): string[] {
  const [old, now] = [byFile(before), byFile(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((file) => {
    const [was, is] = [old.get(file), now.get(file)];
    if (was === undefined) return [`${file}: added`];
    if (is === undefined) return [`${file}: removed`];
    return Bun.deepEquals(was, is) ? [] : [`${file}: changed`];
  });
}

function byFile(set: PromptSet | undefined): Map<string, Prompt> {
  return new Map(set?.prompts.map((prompt) => [prompt.file, prompt]));
}
