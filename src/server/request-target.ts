/** What a request line asks for. */
export interface RequestTarget {
  /** Dots are resolved and odd bytes escaped, as URLs have it. */
  readonly path: string;
  /** With its `?`; empty if there is none. */
  readonly query: string;
}

/**
 * Takes path and query from a request's `url`, whatever its `Host` says. Undefined if the request line has none
 * (`CONNECT host:port`), or more than there may be (a fragment).
 *
 * Bun makes a URL of request line and Host. Where it cannot, for there is no Host (HTTP/1.0) or one that is none, `url` is
 * the request line's target as it came; to look for a host in that would be to take the first segment for it.
 */
export function targetOf(url: string): RequestTarget | undefined {
  if (url.includes('#')) return undefined;
  if (url.startsWith('/')) return normalised(url);
  const scheme = url.indexOf('://');
  if (scheme === -1) return undefined;
  return split(url, url.indexOf('/', scheme + 3));
}

/** True if Bun could not make a URL of request line and `Host`. */
export function isBare(url: string): boolean {
  return url.startsWith('/');
}

function split(url: string, pathAt: number): RequestTarget {
  const queryAt = url.indexOf('?', pathAt);
  return queryAt === -1
    ? { path: url.slice(pathAt), query: '' }
    : { path: url.slice(pathAt, queryAt), query: url.slice(queryAt) };
}

/** As Bun does with what it can make a URL of. A target that begins with `//` is a path, too. */
function normalised(target: string): RequestTarget {
  const { href, origin } = new URL(`http://gateway${target}`);
  return split(href, origin.length);
}
