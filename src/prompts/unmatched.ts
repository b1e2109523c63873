import { globMatches } from '../lib/glob.ts';
import { nearest } from '../lib/nearest.ts';
import type { PromptSet } from './prompt-set.ts';

/** What to say of prompts that name an alias which does not exist: renamed, it leaves them without any request. A line for each name. */
export function unmatchedModels({ prompts }: PromptSet, aliases: readonly string[]): string[] {
  return prompts.flatMap(({ file, models }) => {
    const unmatched = models.filter((pattern) => pattern !== '*' && !aliases.some((alias) => mayMatch(pattern, alias)));
    const follows = unmatched.length === models.length ? 'it applies to no request' : 'the name has no effect';
    return unmatched.map((pattern) => {
      const near = nearest(pattern, aliases);
      const guess = near.length > 0 ? ` (did you mean ${near.join(' or ')}?)` : '';
      const missing = pattern.includes('*') ? 'no alias matches' : 'there is no alias';
      return `system prompt ${file}: ${missing} ${pattern}${guess}: ${follows}`;
    });
  });
}

/** Whether a request to the alias may be one that the pattern is for. What stands behind a wildcard alias, clients choose. */
function mayMatch(pattern: string, alias: string): boolean {
  if (!alias.endsWith('*')) return globMatches(pattern, alias);
  const prefix = alias.slice(0, -1);
  const star = pattern.indexOf('*');
  if (star < 0) return pattern.length > prefix.length && pattern.startsWith(prefix);
  const beginning = pattern.slice(0, star);
  return beginning.startsWith(prefix) || prefix.startsWith(beginning);
}
