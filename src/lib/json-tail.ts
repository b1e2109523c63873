/** So much of a text's end is worth keeping; what is counted and summed up there is much shorter. */
export const TAIL_BYTES = 16 * 1024;
/** So many quotes from the end may begin what is looked for. */
const MOST_QUOTES = 128;

/**
 * Finds something among the last members of an object of which only the end is known. `find` is shown, as an object, the
 * last member, then the last two and so on; what it first finds is returned.
 */
export function findInTail<T>(tail: string, find: (members: object) => T | undefined): T | undefined {
  let at = tail.length;
  for (let tried = 0; tried < MOST_QUOTES && at > 0; tried++) {
    at = tail.lastIndexOf('"', at - 1);
    if (at === -1) return undefined;
    // Only from where a member of the outermost object begins does the rest of the text complete an object.
    const members = parsed(`{${tail.slice(at)}`);
    const found = members === undefined ? undefined : find(members);
    if (found !== undefined) return found;
  }
  return undefined;
}

function parsed(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}
