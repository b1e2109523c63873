import type { Role } from './role.ts';

/** How people sign in to the console, as the config has it. Durations are milliseconds. */
export interface SignInSettings {
  /** Nothing can be changed by the admin API. */
  readonly isReadOnly: boolean;
  /** The admin API and the console have a listener of their own. */
  readonly isApart: boolean;
  /** A session ends when it was not used for so long, and after so long whatever was done. */
  readonly idleMs: number;
  readonly absoluteMs: number;
  readonly oidc: OidcSettings | undefined;
}

/** An OpenID Connect provider, and what its groups may do here. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly scopes: string;
  readonly groupsClaim: string;
  readonly roles: ReadonlyMap<string, Role>;
  readonly teams: ReadonlyMap<string, string>;
  readonly redirectUrl: string;
}
