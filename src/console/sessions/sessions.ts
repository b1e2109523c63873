import type { Context } from '../../context.ts';
import type { Exchange } from '../../core/exchange.ts';
import { Refusal } from '../../core/refusal.ts';
import { sha256 } from '../../lib/sha256.ts';
import type { AuditEntry } from '../../storage/audit.ts';
import { StoreUnavailable } from '../../storage/store-errors.ts';
import type { StoredSession } from '../../storage/stored-session.ts';
import { identityOf, type Identity, type Judge } from './identity.ts';
import type { SessionBook } from './session-book.ts';
import { isHttps, newSessionId, sessionCookie, shownSessionId } from './session-cookie.ts';
import type { SessionSecret } from './session-secret.ts';
import type { SignInThrottle } from './sign-in-throttle.ts';

/** A session, and whom it stands for. */
export interface Current {
  readonly session: StoredSession;
  readonly identity: Identity;
  /** What the browser keeps; nothing else has it. */
  readonly id: string;
}

/** What a new session says. */
export type NewSession = Omit<StoredSession, 'hash' | 'createdAt' | 'seenAt' | 'endsAt'>;

/** What was done to a session, for the audit log. */
interface Done {
  readonly action: 'session.create' | 'session.refused' | 'session.end' | 'session.end_all';
  readonly actor: string;
  readonly after?: object;
}

/** Begins, finds and ends sessions, and says so in the log and the audit log. */
export class Sessions {
  constructor(
    readonly secret: SessionSecret,
    readonly book: SessionBook,
    readonly throttle: SignInThrottle,
  ) {}

  /** The session that a request shows, if it has not ended. */
  async current(exchange: Exchange, context: Context): Promise<Current | undefined> {
    const id = shownSessionId(exchange, context.snapshot, this.secret);
    if (id === undefined) return undefined;
    const session = await this.book.find(sha256(id));
    if (session === undefined) return undefined;
    const identity = identityOf(session, this.judge(exchange, context));
    if (identity !== undefined) return { session, identity, id };
    await this.book.end(session.hash).catch(passUnavailable);
    return undefined;
  }

  /** Begins a session of whoever has shown that they may, in the place of the one that the browser had. */
  async begin(exchange: Exchange, context: Context, made: NewSession): Promise<Current & { readonly cookie: string }> {
    const { snapshot, clock, log } = context;
    const before = shownSessionId(exchange, snapshot, this.secret);
    const { id, value } = newSessionId(this.secret);
    const now = clock.wallNow();
    const { absoluteMs, idleMs } = snapshot.signIn;
    const session = { ...made, hash: sha256(id), createdAt: now, seenAt: now, endsAt: now + absoluteMs };
    const { way, role, actor } = made;
    const done = { action: 'session.create', actor, after: { way, role } } as const;
    await this.book.add(session, idleMs, entryOf(done, exchange, now));
    if (before !== undefined) await this.book.end(sha256(before)).catch(passUnavailable);
    log.info('signed in to the console', { actor, role, way, client_ip: exchange.clientIp });
    const identity = identityOf(session, this.judge(exchange, context));
    if (identity === undefined) throw new Refusal('session_ended', 'What lets you in has just changed. Sign in again.');
    const cookie = sessionCookie(value, absoluteMs / 1000, isHttps(exchange, snapshot));
    return { session, identity, id, cookie };
  }

  /** Notes a sign-in that failed; nothing of what was shown. */
  async refused(
    exchange: Exchange,
    { clock, log, openStore }: Context,
    {
      way,
      cause,
      actor = 'unknown',
    }: { readonly way: 'key' | 'oidc'; readonly cause: string; readonly actor?: string },
  ): Promise<void> {
    log.warn('a sign-in to the console was refused', { actor, way, cause, client_ip: exchange.clientIp });
    const entry = entryOf({ action: 'session.refused', actor, after: { way, cause } }, exchange, clock.wallNow());
    await (async () => await (await openStore())?.audit.append(entry))().catch(passUnavailable);
  }

  /** Ends a session, or all of whoever it is. */
  async end(exchange: Exchange, { clock, log }: Context, { session }: Current, isEverywhere: boolean): Promise<void> {
    const { actor, hash, principal, way } = session;
    const action = isEverywhere ? 'session.end_all' : 'session.end';
    const entry = entryOf({ action, actor }, exchange, clock.wallNow());
    if (isEverywhere) await this.book.endAll(principal, entry);
    else await this.book.end(hash, entry);
    log.info('signed out of the console', { actor, way, everywhere: isEverywhere, client_ip: exchange.clientIp });
  }

  csrfToken(id: string): string {
    return this.secret.mac('csrf', id);
  }

  /** Throws unless a request that changes something shows the token of its session. */
  checkCsrf({ headers, method }: Exchange, id: string): void {
    if (method === 'GET' || method === 'HEAD') return;
    if (this.secret.isMac('csrf', id, headers['x-csrf-token'] ?? '')) return;
    throw new Refusal(
      'csrf_token_invalid',
      'Send the `csrf_token` of `GET /console/session` as `x-csrf-token`: a session alone changes nothing.',
    );
  }

  judge(exchange: Exchange, { snapshot, clock }: Context): Judge {
    return { exchange, snapshot, secret: this.secret, now: clock.wallNow() };
  }
}

function entryOf({ action, actor, after }: Done, { clientIp }: Exchange, at: number): AuditEntry {
  return { id: Bun.randomUUIDv7(), at, actor, clientIp, action, target: actor, before: undefined, after };
}

/** Nothing is lost that keeps somebody signed in: the session is judged anew with its next use. */
function passUnavailable(error: unknown): void {
  if (!(error instanceof StoreUnavailable)) throw error;
}
