import type { ViewOptions } from './browser.ts';
import { signInWith } from '../../admin/console-client.ts';

/** The cookies of a browser that has signed in with a key. */
export async function cookiesOf(url: string, key: string): Promise<NonNullable<ViewOptions['cookies']>> {
  const { cookie } = await signInWith(url, key);
  const at = cookie.indexOf('=');
  const { hostname } = new URL(url);
  const fields = { domain: hostname, path: '/', expires: -1, httpOnly: true, secure: false, sameSite: 'Lax' } as const;
  return [{ name: cookie.slice(0, at), value: cookie.slice(at + 1), ...fields }];
}
