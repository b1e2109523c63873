import { randomBytes } from 'node:crypto';
import type { Exchange } from '../../core/exchange.ts';
import type { HeaderFields } from '../../lib/header-fields.ts';
import type { Snapshot } from '../../snapshot.ts';
import type { SessionSecret } from './session-secret.ts';

type Site = Pick<Snapshot, 'trustedProxies' | 'signIn'>;
type Sender = Pick<Exchange, 'headers' | 'peer'>;

/** The cookie over https: a browser takes it from this host alone, and for all of its paths. */
const SECURE_NAME = '__Host-llm-proxy';
/** Over plain http no browser takes that one. */
const PLAIN_NAME = 'llm-proxy';

/** A new id of 256 random bits, and the cookie's value that shows it. */
export function newSessionId(secret: SessionSecret): { readonly id: string; readonly value: string } {
  const id = randomBytes(32).toString('base64url');
  return { id, value: `${id}.${secret.mac('cookie', id)}` };
}

/** The id that a request shows, if the gateway has made it: whatever else a stranger sends is looked up nowhere. */
export function shownSessionId(sender: Sender, site: Site, secret: SessionSecret): string | undefined {
  const plain = saysHttps(sender, site) ? undefined : cookieOf(sender.headers, PLAIN_NAME);
  const value = cookieOf(sender.headers, SECURE_NAME) ?? plain;
  const [, id = '', mac = ''] = /^([\w-]{43})\.([\w-]{43})$/.exec(value ?? '') ?? [];
  return id !== '' && secret.isMac('cookie', id, mac) ? id : undefined;
}

/** `set-cookie` for a session; an empty value takes it away. */
export function sessionCookie(value: string, seconds: number, isSecure: boolean): string {
  return cookie(isSecure ? SECURE_NAME : PLAIN_NAME, value, { seconds, isSecure });
}

/** What takes the session away, whichever name it has. */
export function noSession(isSecure: boolean): string[] {
  return [sessionCookie('', 0, isSecure), ...(isSecure ? [sessionCookie('', 0, false)] : [])];
}

/** `set-cookie`: for this host alone, and out of reach of scripts. Links of other sites show it, their requests do not. */
export function cookie(
  name: string,
  value: string,
  { seconds, isSecure }: { readonly seconds: number; readonly isSecure: boolean },
): string {
  return `${name}=${value}; Path=/; Max-Age=${Math.floor(seconds)}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
}

/** The value of a cookie. */
export function cookieOf({ cookie: all }: HeaderFields, name: string): string | undefined {
  for (const part of all?.split(';') ?? []) {
    const [key = '', value] = part.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}

/** Whether the browser came over https: by what a trusted proxy, the page's own origin, or the config's address of the console says. */
export function isHttps(sender: Sender, site: Site): boolean {
  const { origin, host } = sender.headers;
  if (saysHttps(sender, site) || origin?.startsWith('https://') === true) return true;
  const redirect = URL.parse(site.signIn.oidc?.redirectUrl ?? '');
  return redirect !== null && redirect.protocol === 'https:' && redirect.host === host?.toLowerCase();
}

/** Whether a trusted proxy says so. */
function saysHttps({ headers, peer }: Sender, { trustedProxies }: Site): boolean {
  if (!trustedProxies.has(peer)) return false;
  const protocol = headers['x-forwarded-proto']?.split(',').at(-1)?.trim();
  return protocol?.toLowerCase() === 'https' || /proto="?https"?/i.test(headers['forwarded']?.split(',').at(-1) ?? '');
}
