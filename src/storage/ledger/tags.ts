import { textValue } from '../write-value.ts';

/** Beyond that, tags are free text and no dimension. */
const MAX_TAGS = 32;
const MAX_KEY_CHARS = 64;

/** The tags of a row that are kept, and counted: the first 32, keys cut at 64 characters, values at 300. */
export function keptTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  const kept: [string, string][] = [];
  for (const key in tags) {
    if (kept.length === MAX_TAGS) break;
    kept.push([textValue(key, MAX_KEY_CHARS) ?? '', textValue(tags[key]) ?? '']);
  }
  return Object.fromEntries(kept);
}
