import ipaddr from 'ipaddr.js';
import { Refusal } from '../core/refusal.ts';
import type { HeaderFields } from '../lib/header-fields.ts';
import { INNER_DOMAINS } from '../lib/local-host.ts';
import type { Cors } from './cors.ts';

/** Host headers that were found right are remembered, up to so many. */
const MAX_REMEMBERED = 100;

/**
 * Keeps web pages out of a gateway that has no key: whoever can reach it may use it, and so could every page that someone
 * looks at on this machine. Browsers tell where a page is from (`Origin`, `Sec-Fetch-Site`), and by which name they came
 * (`Host`), which a page can only choose within its own domain (DNS rebinding).
 */
export class WebPages {
  readonly #hosts: ReadonlySet<string>;
  readonly #right = new Set<string>();

  /** `hosts`: the names by which the gateway is known, beside those that no page can own. */
  constructor(
    hosts: readonly string[],
    private readonly cors: Cors | undefined,
    private readonly guarded: 'open gateway' | 'console' = 'open gateway',
  ) {
    this.#hosts = new Set(hosts.map((host) => host.toLowerCase()));
  }

  /**
   * Why a request is refused; undefined if no foreign page is behind it. `port`: the one that it came to. Pages that the config
   * lets in may ask for models: to run a gateway that asks for no key is not theirs.
   */
  objection(headers: HeaderFields, port: number, isForOperators = false): Refusal | undefined {
    const { host, origin } = headers;
    // Browsers always send one; HTTP/1.0 knows none.
    if (host !== undefined && host !== '' && !this.#right.has(host)) {
      if (!this.#isRight(host))
        return this.guarded === 'console' ? notOfConsole(`\`Host: ${host.slice(0, 100)}\``) : foreignHost(host);
      if (this.#right.size < MAX_REMEMBERED) this.#right.add(host);
    }
    if (origin !== undefined) {
      if (this.#isOwn(origin, host, port)) return undefined;
      if (this.cors?.allows(origin) !== true) return this.#foreign(origin);
      return isForOperators ? notForPages(origin) : undefined;
    }
    const site = headers['sec-fetch-site'];
    // Without an origin: images, forms, links of other pages.
    if (site === undefined || site === 'none' || site === 'same-origin') return undefined;
    // Back from where people sign in, or by a link of a mail: what comes then is a page, which no other page can read.
    const isVisit = this.guarded === 'console' && headers['sec-fetch-mode'] === 'navigate';
    return isVisit && headers['sec-fetch-dest'] === 'document' ? undefined : this.#foreign(undefined);
  }

  #foreign(origin: string | undefined): Refusal {
    if (this.guarded === 'open gateway') return foreignOrigin(origin);
    return origin === undefined ? pagesOfOthers() : notOfConsole(`\`Origin: ${origin.slice(0, 100)}\``);
  }

  #isRight(host: string): boolean {
    const name = hostName(host);
    if (name === undefined) return false;
    if (name.startsWith('[') || !name.includes('.') || this.#hosts.has(name)) return true;
    return ipaddr.IPv4.isValidFourPartDecimal(name) || INNER_DOMAINS.some((domain) => name.endsWith(domain));
  }

  /** A page of the gateway itself. */
  #isOwn(origin: string, host: string | undefined, port: number): boolean {
    const at = /^https?:\/\/(.+)$/i.exec(origin)?.[1]?.toLowerCase();
    if (at === undefined) return false;
    if (at === host?.toLowerCase()) return true;
    const name = hostName(at);
    return name !== undefined && isLoopback(name) && (at.endsWith(`:${port}`) || (port === 80 && at === name));
  }
}

/** The name or IPv4 address of a Host header, in lower case; an IPv6 address with its brackets. Undefined if it is none. */
function hostName(host: string): string | undefined {
  const found = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d*)?$/i.exec(host)?.[1]?.toLowerCase();
  if (found === undefined) return undefined;
  if (found.startsWith('[')) return ipaddr.IPv6.isValid(found.slice(1, -1)) ? found : undefined;
  // The root's dot.
  return found.endsWith('.') ? found.slice(0, -1) : found;
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name);
}

function foreignHost(host: string): Refusal {
  return new Refusal(
    'host_not_allowed',
    `This gateway has no key and is not known as \`${host.slice(0, 100)}\`. Reach it by its IP address or \`localhost\`, set \`proxy_api_key\`, or name the host in \`server.allowed_hosts\`.`,
    { detail: `Host: ${host.slice(0, 100)}` },
  );
}

/** At the listener of the console. */
function notOfConsole(header: string): Refusal {
  return new Refusal(
    header.startsWith('`Host') ? 'host_not_allowed' : 'origin_not_allowed',
    `The console is not known as ${header}. Reach it by its IP address or \`localhost\`, or name the host in \`server.allowed_hosts\`.`,
  );
}

function pagesOfOthers(): Refusal {
  return new Refusal('origin_not_allowed', 'Pages of another site may not use the console.');
}

function notForPages(origin: string): Refusal {
  return new Refusal(
    'origin_not_allowed',
    `Without \`admin.api_key\` pages of \`${origin.slice(0, 100)}\` may ask this gateway for models alone, whatever \`cors.origins\` names. Set \`admin.api_key\` and send it.`,
    { detail: `Origin: ${origin.slice(0, 100)}` },
  );
}

function foreignOrigin(origin: string | undefined): Refusal {
  const page = origin === undefined ? 'pages of another site' : `pages of \`${origin.slice(0, 100)}\``;
  return new Refusal(
    'origin_not_allowed',
    `This gateway has no key, so ${page} may not use it. Name the origin in \`cors.origins\`, or set \`proxy_api_key\`.`,
    { detail: origin === undefined ? 'no Origin header' : `Origin: ${origin.slice(0, 100)}` },
  );
}
