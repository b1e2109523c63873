import { Refusal } from '../../core/refusal.ts';
import type { HeaderFields } from '../../lib/header-fields.ts';

/**
 * Throws unless a request may be from a page of the console itself, as far as browsers tell. A cookie comes with requests of
 * other ports and subdomains too; what is no browser sends neither header, and nobody makes it send a cookie.
 */
export function checkSameOrigin({ origin, host, 'sec-fetch-site': site }: HeaderFields): void {
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw foreign();
  if (origin === undefined) return;
  const { protocol, host: from } = URL.parse(origin) ?? {};
  if (from === undefined || from === '' || (protocol !== 'http:' && protocol !== 'https:')) throw foreign();
  // Without the port that is usual, as browsers write it.
  if (from !== URL.parse(`${protocol}//${host ?? ''}`)?.host) throw foreign();
}

function foreign(): Refusal {
  return new Refusal(
    'origin_not_allowed',
    'A page of another origin sent this with the session of the console. Only the console itself may use it; send a key instead. Behind a proxy, let it pass on the `Host` of the browser.',
  );
}
