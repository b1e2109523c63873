import type { OidcSettings, SignInSettings } from '../core/sign-in-settings.ts';
import type { Config } from './schema.ts';

/** How people sign in to the console. */
export function signInSettings({ admin }: Config): SignInSettings {
  const { read_only: isReadOnly, listen, session, oidc } = admin;
  return {
    isReadOnly,
    isApart: listen !== undefined,
    idleMs: session.idle,
    absoluteMs: session.absolute,
    oidc: oidc && oidcSettings(oidc),
  };
}

function oidcSettings(oidc: NonNullable<Config['admin']['oidc']>): OidcSettings {
  return {
    issuer: oidc.issuer,
    clientId: oidc.client_id,
    clientSecret: oidc.client_secret,
    scopes: [...new Set(['openid', ...oidc.scopes])].join(' '),
    groupsClaim: oidc.groups_claim,
    roles: new Map(Object.entries(oidc.roles)),
    teams: new Map(Object.entries(oidc.teams)),
    redirectUrl: oidc.redirect_url,
  };
}
