import { signal } from '@preact/signals';
import { go } from './router.ts';

/** Whether the list of keys is shown. */
export const showsKeys = signal(false);

/** How long after `g` a letter still means a page. */
const CHORD_MS = 1500;

/** Listens for the keys of all pages: `/` the search, `g` and a letter a page, `?` the list of them. `paths`: by their letter. */
export function startKeys(paths: ReadonlyMap<string, string>): void {
  let goUntil = 0;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    const now = performance.now();
    const to = now < goUntil ? paths.get(event.key) : undefined;
    goUntil = event.key === 'g' ? now + CHORD_MS : 0;
    if (to !== undefined) go(to);
    else if (event.key === '/') focusSearch();
    else if (event.key === '?') showsKeys.value = true;
    else return;
    event.preventDefault();
  });
}

function focusSearch(): void {
  document.querySelector<HTMLInputElement>('[data-search]')?.focus();
}

/** Whether a key that is pressed there is a letter of a text. */
export function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}
