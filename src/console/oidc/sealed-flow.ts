import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Exchange } from '../../core/exchange.ts';
import { cookie, cookieOf } from '../sessions/session-cookie.ts';
import type { SessionSecret } from '../sessions/session-secret.ts';

/** A sign-in at the provider that is under way: what its answer has to fit, and where to go then. */
export interface Flow {
  readonly issuer: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly to: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** So long people take to sign in at a provider. */
export const FLOW_MS = 10 * 60_000;
const NAMES = { secure: '__Host-llm-proxy-oidc', plain: 'llm-proxy-oidc' } as const;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** `set-cookie` for a flow: it is kept in the browser that began it, which cannot read it, so that no other ends it. */
export function flowCookie(flow: Flow | undefined, secret: SessionSecret, isSecure: boolean): string {
  const name = isSecure ? NAMES.secure : NAMES.plain;
  if (flow === undefined) return cookie(name, '', { seconds: 0, isSecure });
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', secret.keyFor('oidc'), iv);
  const bytes = Buffer.concat([cipher.update(JSON.stringify(flow), 'utf8'), cipher.final()]);
  const value = Buffer.concat([iv, cipher.getAuthTag(), bytes]).toString('base64url');
  return cookie(name, value, { seconds: FLOW_MS / 1000, isSecure });
}

/** The flow that a browser has begun; undefined: none, or one that is too old. */
export function flowOf({ headers }: Pick<Exchange, 'headers'>, secret: SessionSecret, now: number): Flow | undefined {
  const value = cookieOf(headers, NAMES.secure) ?? cookieOf(headers, NAMES.plain);
  if (value === undefined || value.length > MOST_CHARS) return undefined;
  const bytes = Buffer.from(value, 'base64url');
  if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', secret.keyFor('oidc'), bytes.subarray(0, IV_BYTES));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    const flow = JSON.parse(text.toString('utf8')) as Flow;
    return flow.until > now ? flow : undefined;
  } catch {
    return undefined;
  }
}

/** Browsers keep 4 KiB of a cookie. */
const MOST_CHARS = 4096;
