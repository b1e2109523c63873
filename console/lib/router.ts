import { computed, signal, type ReadonlySignal } from '@preact/signals';

const place = signal(new URL(location.href));

/** The path in use. */
export const path: ReadonlySignal<string> = computed(() => place.value.pathname);

/** The query in use; `lib/url-state.ts` has its fields as signals. */
export const query: ReadonlySignal<URLSearchParams> = computed(() => place.value.searchParams);

/** Goes to an address of the console. `replace`: the back button skips where we are. */
export function go(href: string, { replace = false } = {}): void {
  const next = new URL(href, location.href);
  if (!replace) keepFields(next);
  if (next.href === location.href) return;
  const isOtherPage = next.pathname !== location.pathname;
  if (replace) history.replaceState(null, '', next);
  else history.pushState(null, '', next);
  place.value = next;
  // A screen reader and the keyboard begin where the new page does.
  if (isOtherPage && !replace) requestAnimationFrame(() => document.querySelector<HTMLElement>('main')?.focus());
}

/** What holds for every page is in every address. */
const KEPT = ['history'];

function keepFields(next: URL): void {
  for (const name of KEPT) {
    const value = place.value.searchParams.get(name);
    if (value !== null && !next.searchParams.has(name)) next.searchParams.set(name, value);
  }
}

/** True for what the console itself shows. */
function isOwnPage({ origin, pathname }: URL): boolean {
  return origin === location.origin && /^\/(?:console(?!\/(?:assets|oidc)\/).*)?$/.test(pathname);
}

/** From now on links of the console, wherever they are, and the back button change the page without reloading it. */
export function startRouter(): void {
  addEventListener('popstate', () => {
    place.value = new URL(location.href);
  });
  document.addEventListener('click', (event) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = (event.target as Element | null)?.closest<HTMLAnchorElement>('a[href]');
    if (!link || link.target !== '' || link.hasAttribute('download') || !isOwnPage(new URL(link.href))) return;
    event.preventDefault();
    go(link.href);
  });
}
