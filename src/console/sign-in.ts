import type { CallerAccess } from '../admission/keys/caller-access.ts';
import type { Context, SignIn } from '../context.ts';
import type { Caller } from '../core/caller.ts';
import type { Exchange } from '../core/exchange.ts';
import type { LocalAnswer } from '../core/local-answer.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../records/log/log.ts';
import type { Store } from '../storage/store.ts';
import { endOidc, providerSignOut, startOidc } from './oidc/oidc-operations.ts';
import { Providers } from './oidc/provider.ts';
import { OIDC_CALLBACK, OIDC_START } from './rows.ts';
import { checkSameOrigin } from './sessions/same-origin.ts';
import { SessionBook } from './sessions/session-book.ts';
import { showSession, signIn, signOut } from './sessions/session-operations.ts';
import { SessionSecret } from './sessions/session-secret.ts';
import { Sessions, type Current } from './sessions/sessions.ts';
import { SignInThrottle } from './sessions/sign-in-throttle.ts';

/** What signing in works with. */
export interface SignInTools {
  readonly clock: Clock;
  readonly log: Log;
  readonly callers: CallerAccess;
  readonly openStore: () => Promise<Store> | undefined;
}

/** Signing in to the console, and who is signed in. */
export function createSignIn({ clock, log, callers, openStore }: SignInTools): SignIn {
  const book = new SessionBook(openStore, clock);
  const sessions = new Sessions(new SessionSecret(callers), book, new SignInThrottle(clock));
  const parts = { sessions, providers: new Providers(clock, log), throttle: new SignInThrottle(clock) };
  return {
    identify: (exchange, context) => identify(exchange, context, sessions),
    current: async (exchange, context) => callerOf(await sessions.current(exchange, context)),
    async answer(exchange, context): Promise<LocalAnswer> {
      if (exchange.path === OIDC_START) return await startOidc(exchange, context, parts);
      if (exchange.path === OIDC_CALLBACK) return await endOidc(exchange, context, parts);
      if (exchange.method === 'POST') return await signIn(exchange, context, sessions);
      if (exchange.method !== 'DELETE') return await showSession(exchange, context, sessions);
      return await signOut(exchange, context, sessions, () => providerSignOut(context, parts));
    },
  };
}

async function identify(exchange: Exchange, context: Context, sessions: Sessions): Promise<Caller | undefined> {
  const found = await sessions.current(exchange, context);
  if (found === undefined) return undefined;
  checkSameOrigin(exchange.headers);
  sessions.checkCsrf(exchange, found.id);
  await sessions.book.used(found.session);
  return callerOf(found);
}

function callerOf(found: Current | undefined): Caller | undefined {
  if (found === undefined) return undefined;
  const { caller, ...signedIn } = found.identity;
  return { ...caller, session: signedIn };
}
