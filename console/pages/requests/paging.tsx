import { useEffect } from 'preact/hooks';
import { isWriting } from '../../lib/keys.ts';
import { go } from '../../lib/router.ts';
import { Icon } from '../../parts/icon.tsx';
import { listHref, searchSet } from '../../lib/request-search.ts';
import { pageBefore } from './list-memory.ts';
import { words } from './words.ts';

interface PagingProps {
  /** Empty: the newest. */
  readonly cursor: string;
  readonly next: string | null;
}

/** The ways to the pages beside this one: links, and the keys n and p. The back button works as well. */
export function Paging({ cursor, next }: PagingProps) {
  const w = words.value;
  const search = searchSet();
  const to = (at: string): string => listHref({ ...search, ...(at !== '' && { cursor: at }) });
  const previous = cursor === '' ? undefined : pageBefore(cursor);
  const newer = previous === undefined ? undefined : to(previous);
  const older = next === null ? undefined : to(next);
  usePagingKeys(newer ?? (cursor === '' ? undefined : to('')), older);
  if (cursor === '' && older === undefined) return null;
  return (
    <nav class="paging" aria-label={w.paging} title={w.pageKeys}>
      {cursor !== '' && (
        <a class="button button-quiet" href={to('')}>
          {w.newest}
        </a>
      )}
      {newer !== undefined && (
        <a class="button button-plain" href={newer} aria-keyshortcuts="p">
          {w.newer}
          <kbd aria-hidden="true">p</kbd>
        </a>
      )}
      {older !== undefined && (
        <a class="button button-plain" href={older} aria-keyshortcuts="n">
          {w.older}
          <kbd aria-hidden="true">n</kbd>
          <Icon name="right" />
        </a>
      )}
    </nav>
  );
}

/** `p` leads to what is newer, `n` to what is older. */
export function usePagingKeys(newer: string | undefined, older: string | undefined): void {
  useEffect(() => {
    const leave = new AbortController();
    document.addEventListener(
      'keydown',
      (event) => {
        // `g` and a letter lead to a page.
        if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
        const href = { n: older, p: newer }[event.key];
        if (href === undefined || document.querySelector('dialog[open]') !== null) return;
        event.preventDefault();
        go(href);
      },
      { signal: leave.signal },
    );
    return () => leave.abort();
  }, [newer, older]);
}
