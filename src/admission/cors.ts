/** Methods that endpoints answer to. */
const METHODS = 'GET, HEAD, POST, DELETE';
/** How long browsers may remember a preflight's answer. Chromium takes no more than two hours. */
const MAX_AGE_S = '600';
/** Beyond this, a list of header names is no client's. */
const MAX_LIST_CHARS = 4096;
const NAMES = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;

/** Lets the pages of some origins use the gateway from a browser (the CORS protocol of the Fetch standard). */
export class Cors {
  readonly #origins: ReadonlySet<string>;
  readonly #all: boolean;

  /** `origins` as browsers write them, or `*`; at least one. */
  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins.map((origin) => origin.toLowerCase()));
    this.#all = origins.includes('*');
  }

  allows(origin: string): boolean {
    return this.#all || this.#origins.has(origin.toLowerCase());
  }

  /** The headers of the answer to a preflight of an origin that is let in. `asked`: the names of headers that it wants to send. */
  preflight(origin: string, asked: string | undefined, privateNetwork: boolean): Record<string, string> {
    const headers: Record<string, string> = {
      'access-control-allow-origin': this.#allowed(origin),
      'access-control-allow-methods': METHODS,
      'access-control-max-age': MAX_AGE_S,
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    };
    if (asked !== undefined && asked.length <= MAX_LIST_CHARS && NAMES.test(asked))
      headers['access-control-allow-headers'] = asked;
    // A page of the internet that asks for a machine of a private network, or for this very one.
    if (privateNetwork) headers['access-control-allow-private-network'] = 'true';
    return headers;
  }

  /** Marks an answer as readable for its page, if that is let in. All headers may be read: no answer goes by cookies. */
  mark(headers: Headers, origin: string | undefined): void {
    if (!this.#all) headers.append('vary', 'Origin');
    if (origin === undefined || !this.allows(origin)) return;
    headers.set('access-control-allow-origin', this.#allowed(origin));
    headers.set('access-control-expose-headers', '*');
  }

  #allowed(origin: string): string {
    return this.#all ? '*' : origin;
  }
}
