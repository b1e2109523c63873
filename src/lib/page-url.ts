import { REPOSITORY } from './version.ts';

const PAGES = `${REPOSITORY}/blob/main/docs`;

/** Where a page of `docs/` can be read by whoever gets a message and has no clone: `protocols.md#endpoints`. */
export function pageUrl(page: string): string {
  return `${PAGES}/${page}`;
}
