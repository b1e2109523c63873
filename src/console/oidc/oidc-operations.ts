import type { IDToken } from 'openid-client';
import type { Context } from '../../context.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { LocalAnswer } from '../../core/local-answer.ts';
import { Refusal } from '../../core/refusal.ts';
import type { OidcSettings } from '../../core/sign-in-settings.ts';
import type { SessionClaims } from '../../storage/stored-session.ts';
import { securityHeaders } from '../security-headers.ts';
import { actorOf, credentialOfProvider } from '../sessions/identity.ts';
import { isHttps } from '../sessions/session-cookie.ts';
import type { SignInThrottle } from '../sessions/sign-in-throttle.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { ownPath } from './own-path.ts';
import { problemPage } from './problem-page.ts';
import { ProviderProblem } from './provider-fetch.ts';
import type { Provider, Providers } from './provider.ts';
import { groupsThatCount, rolesOf } from './roles-of.ts';
import { FLOW_MS, flowCookie, flowOf, type Flow } from './sealed-flow.ts';

/** What signing in at a provider works with. */
export interface OidcParts {
  readonly sessions: Sessions;
  readonly providers: Providers;
  /** Apart from that of keys: who guesses keys keeps nobody from signing in at the provider. */
  readonly throttle: SignInThrottle;
}

/** Sends the browser to the provider, with a flow in a cookie that the answer has to fit. */
export async function startOidc(exchange: Exchange, context: Context, parts: OidcParts): Promise<LocalAnswer> {
  const cookies: string[] = [];
  return await orPage(exchange, cookies, async () => {
    const settings = settingsOf(context);
    const { openId, config } = await parts.providers.get(settings);
    const flow: Flow = {
      issuer: settings.issuer,
      state: openId.randomState(),
      nonce: openId.randomNonce(),
      verifier: openId.randomPKCECodeVerifier(),
      to: ownPath(new URLSearchParams(exchange.query).get('to')),
      until: context.clock.wallNow() + FLOW_MS,
    };
    const url = openId.buildAuthorizationUrl(config, {
      redirect_uri: settings.redirectUrl,
      scope: settings.scopes,
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await openId.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
    });
    const cookie = flowCookie(flow, parts.sessions.secret, isHttps(exchange, context.snapshot));
    return redirectTo(url.href, [cookie]);
  });
}

/** Takes what the provider has sent the browser back with, and begins a session of whoever it says. */
export async function endOidc(exchange: Exchange, context: Context, parts: OidcParts): Promise<LocalAnswer> {
  const { sessions } = parts;
  const cookies = [flowCookie(undefined, sessions.secret, isHttps(exchange, context.snapshot))];
  return await orPage(exchange, cookies, async () => {
    const settings = settingsOf(context);
    refuseEmbedded(exchange);
    await parts.throttle.begin(exchange.clientIp);
    const flow = flowOf(exchange, sessions.secret, context.clock.wallNow());
    if (flow === undefined || flow.issuer !== settings.issuer)
      return await refuse(exchange, context, parts, 'no sign-in was begun in this browser, or it took too long');
    const provider = await parts.providers.get(settings);
    const token = await tokenOf(exchange, { provider, settings, flow, context, parts });
    const granted = rolesOf(token.groups, settings);
    const actor = actorOf(token.claims);
    if (granted === undefined) {
      await sessions.refused(exchange, context, { way: 'oidc', cause: 'no_role', actor });
      throw noRole(token, settings);
    }
    parts.throttle.succeeded(exchange.clientIp);
    const made = await sessions.begin(exchange, context, {
      principal: `oidc:${settings.issuer} ${token.claims.subject}`,
      way: 'oidc',
      role: granted.role,
      actor,
      credential: credentialOfProvider(settings, sessions.secret),
      claims: { ...token.claims, groups: groupsThatCount(token.groups, settings) },
    });
    return redirectTo(flow.to, [...cookies, made.cookie]);
  });
}

/** An image or a frame of any site may ask for this, and its failures would count for whoever looks at it. */
function refuseEmbedded({ headers: { 'sec-fetch-dest': place } }: Exchange): void {
  if (place === undefined || place === 'document') return;
  throw new Refusal(
    'origin_not_allowed',
    'This is where a browser comes back to from the sign-in provider, as a page.',
  );
}

/** Where the provider signs out whoever is signed out here; undefined: it has no such page, or cannot be asked. */
export async function providerSignOut({ snapshot }: Context, { providers }: OidcParts): Promise<string | undefined> {
  const { oidc } = snapshot.signIn;
  if (oidc === undefined) return undefined;
  try {
    const { openId, config } = await providers.get(oidc);
    if (config.serverMetadata().end_session_endpoint === undefined) return undefined;
    return openId.buildEndSessionUrl(config, { post_logout_redirect_uri: new URL('/', oidc.redirectUrl).href }).href;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** What a token says of somebody. */
interface Told {
  readonly claims: SessionClaims & { readonly subject: string };
  readonly groups: readonly string[];
}

interface Answering {
  readonly provider: Provider;
  readonly settings: OidcSettings;
  readonly flow: Flow;
  readonly context: Context;
  readonly parts: OidcParts;
}

async function tokenOf(exchange: Exchange, answering: Answering): Promise<Told> {
  const { provider, settings, flow, context, parts } = answering;
  const { openId, config } = provider;
  try {
    // As the provider was told, whatever the `Host` of this request says.
    const tokens = await openId.authorizationCodeGrant(config, new URL(settings.redirectUrl + exchange.query), {
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      pkceCodeVerifier: flow.verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('there is no ID token');
    const own = groupsIn(claims[settings.groupsClaim]);
    if (own !== undefined || config.serverMetadata().userinfo_endpoint === undefined) return told(claims, own ?? []);
    const more = await openId.fetchUserInfo(config, tokens.access_token, claims.sub);
    return told({ ...claims, ...more }, groupsIn(more[settings.groupsClaim]) ?? []);
  } catch (error) {
    if (isOutage(error)) throw parts.providers.unavailable(error);
    const { name, code, error: reason } = error as { name?: string; code?: unknown; error?: unknown };
    const cause = [reason, code, name].find((each) => typeof each === 'string');
    return await refuse(exchange, context, parts, String(cause).slice(0, 100));
  }
}

/** What a token claims of a name may be anything. */
function told(claims: Readonly<Record<string, unknown>> & Pick<IDToken, 'sub'>, groups: readonly string[]): Told {
  const textOf = (name: string): string | undefined => {
    const value = claims[name];
    return typeof value === 'string' && value !== '' ? value.toWellFormed().slice(0, 200) : undefined;
  };
  const name = textOf('name') ?? textOf('preferred_username');
  return { claims: { subject: claims.sub, name, email: textOf('email') }, groups };
}

function groupsIn(claim: unknown): string[] | undefined {
  if (typeof claim === 'string') return [claim];
  return Array.isArray(claim) ? claim.filter((each) => typeof each === 'string') : undefined;
}

/** A provider that is not there, or says that it has a problem; anything else is that what came does not fit. */
function isOutage(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each.cause instanceof Response && each.cause.status >= 500) return true;
    if (each instanceof ProviderProblem || each.name === 'TimeoutError') return true;
    const { code, status } = each as { code?: unknown; status?: unknown };
    if (code === 'OAUTH_TIMEOUT' || /^(?:E[A-Z]+|Connection\w+|FailedToOpenSocket)$/.test(String(code))) return true;
    if (typeof status === 'number' && status >= 500) return true;
  }
  return false;
}

/** Only what does not fit counts as a guess: somebody without a role has shown who they are. */
async function refuse(exchange: Exchange, context: Context, parts: OidcParts, cause: string): Promise<never> {
  parts.throttle.failed(exchange.clientIp);
  await parts.sessions.refused(exchange, context, { way: 'oidc', cause });
  throw new Refusal(
    'sign_in_refused',
    `What came back from the sign-in provider does not fit (${cause}). Begin signing in anew, in this browser.`,
  );
}

const MOST_GROUPS = 20;

function noRole({ claims, groups }: Told, { groupsClaim }: OidcSettings): Refusal {
  const who = claims.email ?? claims.name ?? claims.subject;
  const theirs =
    groups.length === 0
      ? `the provider tells of no group (the claim \`${groupsClaim}\` is missing or empty)`
      : `none of your groups has a role here: ${groups.slice(0, MOST_GROUPS).join(', ').slice(0, 500)}`;
  return new Refusal(
    'no_role',
    `You are ${who}, and ${theirs}. Ask whoever runs the gateway to name one of them in \`admin.oidc.roles\` or \`admin.oidc.teams\`.`,
  );
}

function settingsOf({ snapshot }: Context): OidcSettings {
  const { oidc } = snapshot.signIn;
  if (oidc !== undefined) return oidc;
  throw new Refusal('sign_in_unavailable', 'No sign-in provider is configured here: `admin.oidc` names none.', {
    status: 404,
  });
}

function redirectTo(location: string, cookies: readonly string[]): LocalAnswer {
  return { body: { location }, status: 303, cookies, headers: { location, ...securityHeaders('json') } };
}

/** People come here by links: what goes wrong is a page for their browser. */
async function orPage(
  exchange: Exchange,
  cookies: readonly string[],
  work: () => Promise<LocalAnswer>,
): Promise<LocalAnswer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const page = problemPage(exchange, error, cookies);
    if (page !== undefined) return page;
    const [cookie] = cookies;
    const headers = { ...error.details.headers, ...(cookie === undefined ? {} : { 'set-cookie': cookie }) };
    throw new Refusal(error.code, error.message, { ...error.details, headers });
  }
}
