import { sign } from 'node:crypto';
import { asNumber, asWord, parseObject } from '../../../lib/json.ts';
import type { Environment } from '../../../lib/environment.ts';
import { Cancellation } from '../../../lib/cancellation.ts';
import type { GoogleAccount } from '../../../vendors/google-account.ts';
import { httpTransport } from '../http.ts';
import { textOf } from '../text-answer.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** A token is good for an hour; Google allows no more. */
const LIFETIME_S = 3600;
/** A token with less time left than this is not begun with: answers may take a while to begin. */
const SPARE_MS = 5 * 60_000;
const TIMEOUT_MS = 10_000;
const MOST_RECENT = 3;

/** No token could be had; `code` is for logs and the failure's detail, and nothing in it is secret. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  constructor(
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(`no access token: ${code}`, options);
  }
}

/**
 * Access tokens of a service account, by a JWT that its key signs (RFC 7523). One is kept until shortly before its end,
 * and only one request for a new one is under way at any time.
 */
export class GoogleTokens {
  #token: { readonly value: string; readonly goodUntil: number } | undefined;
  #coming: Promise<string> | undefined;
  #recent: readonly string[] = [];

  constructor(
    private readonly account: GoogleAccount,
    private readonly env: Environment,
    private readonly now: () => number = Date.now,
  ) {}

  /** The last tokens, the newest first: answers to requests with an older one may still be under way. Another list with each. */
  get recent(): readonly string[] {
    return this.#recent;
  }

  /** A token that is good for some minutes. Rejects with a TokenError, or with the signal's reason. */
  get(signal: AbortSignal): Promise<string> {
    if (this.#token !== undefined && this.now() < this.#token.goodUntil) return Promise.resolve(this.#token.value);
    this.#coming ??= this.#renew().finally(() => {
      this.#coming = undefined;
    });
    return orAborted(this.#coming, signal);
  }

  /** Forgets the token, which was refused; unless another is known by now. */
  forget(token: string): void {
    if (this.#token?.value === token) this.#token = undefined;
  }

  async #renew(): Promise<string> {
    const { account } = this;
    const form = new URLSearchParams({ grant_type: GRANT, assertion: assertionOf(account, this.now()) });
    const request = {
      method: 'POST',
      target: '',
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
      body: form.toString(),
      cancellation: Cancellation.by(AbortSignal.timeout(TIMEOUT_MS)),
    };
    // Once an hour, so no connection is kept for it.
    const sent = httpTransport(account.tokenUri, this.env, false).send(request);
    const answer = await sent.catch((cause: unknown) => {
      throw new TokenError('token_endpoint_unreachable', { cause });
    });
    const { status } = answer;
    if (status < 200 || status > 299) {
      answer.body.cancel();
      throw new TokenError(`token_refused_${status}`);
    }
    const text = await textOf(answer).catch((cause: unknown) => {
      throw new TokenError('token_answer_broken', { cause });
    });
    const token = parseObject(text);
    const value = asWord(token?.['access_token']);
    if (value === undefined || !/^[\x21-\x7e]+$/.test(value)) throw new TokenError('token_answer_broken');
    const lifetimeMs = (asNumber(token?.['expires_in']) ?? LIFETIME_S) * 1000;
    this.#token = { value, goodUntil: this.now() + Math.max(lifetimeMs - SPARE_MS, lifetimeMs / 2) };
    this.#recent = [value, ...this.#recent].slice(0, MOST_RECENT);
    return value;
  }
}

/** https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests */
function assertionOf({ email, key, keyId, tokenUri }: GoogleAccount, nowMs: number): string {
  const iat = Math.floor(nowMs / 1000);
  const head = { alg: 'RS256', typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) };
  const claims = { iss: email, scope: SCOPE, aud: tokenUri, iat, exp: iat + LIFETIME_S };
  const text = [head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

/** The promise, unless the signal comes first; what it is waiting for goes on for others. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
