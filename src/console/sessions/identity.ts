import { isGood, type CallerKey } from '../../admission/caller-key.ts';
import { isFromThisMachine } from '../../admission/operators.ts';
import { ADMIN, PROXY, type Caller } from '../../core/caller.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { Role } from '../../core/role.ts';
import type { OidcSettings } from '../../core/sign-in-settings.ts';
import type { SignedIn } from '../../core/signed-in.ts';
import type { Snapshot } from '../../snapshot.ts';
import type { SessionClaims, StoredSession } from '../../storage/stored-session.ts';
import { rolesOf } from '../oidc/roles-of.ts';
import type { SessionSecret } from './session-secret.ts';

/** Whom a session stands for, and what they may do. */
export interface Identity extends SignedIn {
  /** Whom their requests count for. */
  readonly caller: Caller;
}

/** What a session is judged by. */
export interface Judge {
  readonly exchange: Exchange;
  readonly snapshot: Snapshot;
  readonly secret: SessionSecret;
  /** Wall clock. */
  readonly now: number;
}

/**
 * Whom a session stands for now. Undefined: it has ended, by its time, or because what it was made with (a key, the role of
 * a group) is not what it was. Asked with every request.
 */
export function identityOf(session: StoredSession, judge: Judge): Identity | undefined {
  const { now, snapshot } = judge;
  const { idleMs } = snapshot.signIn;
  if (now >= endOf(session, snapshot) || now - session.seenAt >= idleMs) return undefined;
  const found = session.way === 'oidc' ? ofClaims(session, judge) : ofKey(session, judge);
  return found?.role === session.role ? found : undefined;
}

/** When it ends at the latest, by the config of now. */
export function endOf({ createdAt, endsAt }: StoredSession, { signIn }: Pick<Snapshot, 'signIn'>): number {
  return Math.min(endsAt, createdAt + signIn.absoluteMs);
}

/** The key that somebody has shown to sign in, and what they may do with it. Undefined: it lets nobody in. */
export function keyToSignIn(
  text: string,
  { exchange, snapshot, now }: Judge,
): { readonly key: CallerKey; readonly role: Role } | undefined {
  const shown = { headers: {}, inQuery: text };
  const { adminKey, keyCheck } = snapshot;
  const [admin, known] = [adminKey?.find(shown), keyCheck?.find(shown, now)];
  const key = [admin, known].find((each) => each !== undefined && isGood(each, now)) ?? admin ?? known;
  return key && { key, role: roleOf(key.caller, exchange, snapshot) };
}

/** What a key's session keeps of it: nothing that the key could be found by. */
export function credentialOf({ digest }: CallerKey, secret: SessionSecret): string {
  return secret.mac('credential', digest);
}

/** Whose all sessions of a caller are. */
export function principalOf({ id }: Caller): string {
  return `caller:${id}`;
}

/** What an OIDC session was made with: another issuer or client gives no role to its people. */
export function credentialOfProvider({ issuer, clientId }: OidcSettings, secret: SessionSecret): string {
  return secret.mac('credential', `${issuer}\n${clientId}`);
}

/** As the audit log calls somebody whom a provider knows. */
export function actorOf({ subject = '', name, email }: SessionClaims): string {
  const who = [name, email].filter((each) => each !== undefined && each !== '').map((each) => each?.slice(0, 100));
  return `oidc:${subject.slice(0, 80)}${who.length === 0 ? '' : ` (${who.join(', ')})`}`;
}

function ofKey(session: StoredSession, { exchange, snapshot, secret, now }: Judge): Identity | undefined {
  const id = session.principal.slice(principalOf({ ...ADMIN, id: '' }).length);
  const { adminKey, keyCheck } = snapshot;
  const keys = session.way === 'admin_key' ? adminKey?.keys : keyCheck?.keysOf(id);
  const key = keys?.find((each) => secret.isMac('credential', each.digest, session.credential));
  if (key === undefined || !isGood(key, now) || key.caller.team?.fault !== undefined) return undefined;
  const { caller } = key;
  const teams = caller.team === undefined ? [] : [caller.team.name];
  return { role: roleOf(caller, exchange, snapshot), teams, caller, actor: caller.name };
}

/** `proxy_api_key` runs the gateway where there is no admin key, from its own machine. */
function roleOf(caller: Caller, { arrival, headers }: Exchange, { adminKey }: Snapshot): Role {
  if (caller === ADMIN) return 'admin';
  const runsGateway = caller === PROXY && adminKey === undefined;
  return runsGateway && isFromThisMachine({ peer: arrival.peer, headers, caller }) ? 'admin' : 'member';
}

function ofClaims({ claims, credential, actor }: StoredSession, { snapshot, secret }: Judge): Identity | undefined {
  const { oidc } = snapshot.signIn;
  if (oidc === undefined || !secret.isMac('credential', `${oidc.issuer}\n${oidc.clientId}`, credential))
    return undefined;
  const granted = rolesOf(claims.groups ?? [], oidc);
  if (granted === undefined) return undefined;
  // A colon makes it nobody in particular for metrics. It asks for no models.
  const name = `oidc:${claims.email ?? claims.subject ?? ''}`;
  const caller: Caller = { id: `oidc:${oidc.issuer} ${claims.subject}`, name, models: [], isOperator: false };
  return { ...granted, caller, actor };
}
