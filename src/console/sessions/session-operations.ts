import { acceptBytes } from '../../admission/accept.ts';
import { checkAddress, checkValid } from '../../admission/caller-key.ts';
import { isFromThisMachine } from '../../admission/operators.ts';
import type { Context } from '../../context.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { JsonAnswer } from '../../core/local-answer.ts';
import { Refusal } from '../../core/refusal.ts';
import type { z } from 'zod';
import { securityHeaders } from '../security-headers.ts';
import { OIDC_START } from '../rows.ts';
import { checkSameOrigin } from './same-origin.ts';
import { credentialOf, endOf, keyToSignIn, principalOf } from './identity.ts';
import { signInBody, type sessionAnswer } from './session-answer.ts';
import { isHttps, noSession } from './session-cookie.ts';
import type { Current, Sessions } from './sessions.ts';

type Answer = z.output<typeof sessionAnswer>;

/** Who asks, for whoever asks: never more than which ways to sign in there are. */
export async function showSession(exchange: Exchange, context: Context, sessions: Sessions): Promise<JsonAnswer> {
  const found = isForeign(exchange) ? undefined : await sessions.current(exchange, context);
  if (found !== undefined) await sessions.book.used(found.session);
  const body = found === undefined ? stranger(exchange, context) : answerOf(found, context, sessions);
  return { body, headers: securityHeaders('json') };
}

/** Signs in with a key: that of the admin, or one's own. */
export async function signIn(exchange: Exchange, context: Context, sessions: Sessions): Promise<JsonAnswer> {
  checkSameOrigin(exchange.headers);
  const text = await keyIn(exchange, context);
  await sessions.throttle.begin(exchange.clientIp);
  const judge = sessions.judge(exchange, context);
  const found = keyToSignIn(text, judge);
  if (found === undefined) return await refuse(exchange, context, sessions);
  const { key, role } = found;
  try {
    checkValid(key, judge.now);
    checkAddress(key.caller, exchange.clientIp);
  } catch (error) {
    if (error instanceof Refusal) await failed(exchange, context, sessions, error.code);
    throw error;
  }
  sessions.throttle.succeeded(exchange.clientIp);
  const isAdmin = key === context.snapshot.adminKey?.keys.find((each) => each === key);
  const made = await sessions.begin(exchange, context, {
    principal: principalOf(key.caller),
    way: isAdmin ? 'admin_key' : 'key',
    role,
    actor: key.caller.name,
    credential: credentialOf(key, sessions.secret),
    claims: {},
  });
  const body = answerOf(made, context, sessions);
  return { body, cookies: [made.cookie], headers: securityHeaders('json') };
}

/** Signs out here; with `?everywhere=1`, wherever whoever asks is signed in. */
export async function signOut(
  exchange: Exchange,
  context: Context,
  sessions: Sessions,
  providerUrl: () => Promise<string | undefined>,
): Promise<JsonAnswer> {
  checkSameOrigin(exchange.headers);
  const found = await sessions.current(exchange, context);
  const cookies = noSession(isHttps(exchange, context.snapshot));
  const isOidc = found?.session.way === 'oidc';
  if (found !== undefined) {
    sessions.checkCsrf(exchange, found.id);
    const isEverywhere = new URLSearchParams(exchange.query).get('everywhere') === '1';
    await sessions.end(exchange, context, found, isEverywhere);
  }
  const url = isOidc ? await providerUrl() : undefined;
  const body = { ...stranger(exchange, context), provider_sign_out: url ?? null };
  return { body, cookies, headers: securityHeaders('json') };
}

/** Keys are short: what is long is read for nobody. */
const MOST_BODY_BYTES = 8192;

async function keyIn(exchange: Exchange, context: Context): Promise<string> {
  const { announcedBytes } = exchange;
  if (announcedBytes === undefined || !(announcedBytes <= MOST_BODY_BYTES))
    throw new Refusal('body_too_large', `Send {"key": "…"} with its length, ${MOST_BODY_BYTES} bytes at most.`);
  await acceptBytes(exchange, context);
  const parsed = signInBody.safeParse(jsonOf(exchange.body?.text ?? ''));
  if (parsed.success) return parsed.data.key;
  throw new Refusal('invalid_request', 'Send {"key": "…"}: the admin key, or one of your own.', { param: 'key' });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function failed(exchange: Exchange, context: Context, sessions: Sessions, cause: string): Promise<void> {
  sessions.throttle.failed(exchange.clientIp);
  await sessions.refused(exchange, context, { way: 'key', cause });
}

async function refuse(exchange: Exchange, context: Context, sessions: Sessions): Promise<never> {
  await failed(exchange, context, sessions, 'sign_in_refused');
  throw new Refusal('sign_in_refused', 'This key lets nobody in here. Copy it again, all of it.');
}

function isForeign({ headers }: Exchange): boolean {
  try {
    checkSameOrigin(headers);
    return false;
  } catch {
    return true;
  }
}

/** Whoever is not signed in. From its own machine, a gateway without keys takes anybody for the admin, as its admin API does. */
function stranger(exchange: Exchange, { snapshot, status }: Context): Answer {
  const { keyCheck, adminKey, signIn: settings } = snapshot;
  const { arrival, headers, caller } = exchange;
  const hasKeys = keyCheck !== undefined || adminKey !== undefined;
  const isLocal = !hasKeys && isFromThisMachine({ peer: arrival.peer, headers, caller });
  return {
    signed_in: isLocal,
    role: isLocal ? 'admin' : null,
    caller: isLocal ? 'anonymous' : null,
    name: null,
    email: null,
    teams: [],
    by: isLocal ? 'local' : null,
    csrf_token: null,
    expires_at: null,
    idle_seconds: null,
    read_only: isLocal && settings.isReadOnly,
    demo: isLocal ? (status().demo ?? null) : null,
    ways: { key: hasKeys, oidc: settings.oidc === undefined ? null : { start: OIDC_START } },
    provider_sign_out: null,
  };
}

function answerOf({ session, identity, id }: Current, { snapshot }: Context, sessions: Sessions): Answer {
  const { keyCheck, adminKey, signIn: settings } = snapshot;
  return {
    signed_in: true,
    role: identity.role,
    caller: identity.actor,
    name: session.claims.name ?? null,
    email: session.claims.email ?? null,
    teams: [...identity.teams],
    by: session.way,
    csrf_token: sessions.csrfToken(id),
    expires_at: new Date(endOf(session, snapshot)).toISOString(),
    idle_seconds: settings.idleMs / 1000,
    read_only: settings.isReadOnly,
    demo: null,
    ways: {
      key: keyCheck !== undefined || adminKey !== undefined,
      oidc: settings.oidc === undefined ? null : { start: OIDC_START },
    },
    provider_sign_out: null,
  };
}
