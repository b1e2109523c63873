import type { Page } from '../../admission/keys/page.ts';

/** All of a list, page after page. */
export function everyPage<T>(pageAt: (cursor: string | undefined) => Page<T>): T[] {
  const all: T[] = [];
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const { data, next } = pageAt(cursor);
    all.push(...data);
    cursor = next;
  }
  return all;
}
