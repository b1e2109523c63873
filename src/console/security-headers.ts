/** What an answer of the console is. An `asset` has its content's hash in its name, so it never changes. */
export type ConsoleContent = 'page' | 'json' | 'asset';

/**
 * The headers that keep a browser from doing more with an answer of the console than it is meant for: it runs the
 * console's own files alone, sends data to this origin alone, and shows it in no frame of another page.
 */
export function securityHeaders(content: ConsoleContent): Readonly<Record<string, string>> {
  return {
    'content-security-policy': content === 'page' ? PAGE_POLICY : OTHER_POLICY,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    // What one person may see is not kept for the next who uses the browser.
    'cache-control': content === 'asset' ? 'public, max-age=31536000, immutable' : 'no-store',
  };
}

/** Nothing inline: neither scripts nor styles. Set styles from code by `element.style`, which no policy forbids. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "manifest-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

/** For what is no page: should a browser show it as one, it can do nothing. */
const OTHER_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";
