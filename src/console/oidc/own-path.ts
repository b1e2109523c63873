const MOST_CHARS = 1000;
const START = 'http://console';

/** Where to go after signing in: a page of the console. Whatever else is asked for is its first page, for no other site is to be one link away. */
export function ownPath(asked: string | null): string {
  if (asked === null || asked.length > MOST_CHARS || !/^\/[!-[\]-~]*$/.test(asked)) return '/';
  const url = URL.parse(asked, START);
  if (url?.origin !== START || !/^\/(?:console(?:\/[^/].*)?)?$/.test(url.pathname)) return '/';
  return url.pathname + url.search + url.hash;
}
