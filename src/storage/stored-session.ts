/** How a session began. */
export type SignInWay = 'admin_key' | 'key' | 'oidc';

/** Someone's session at the console, as the store keeps it: nobody can make a cookie of it. Times are milliseconds since the epoch. */
export interface StoredSession {
  /** The SHA-256 of its id, in hexadecimal. */
  readonly hash: string;
  /** Whose it is: all sessions with the same one end together. */
  readonly principal: string;
  readonly way: SignInWay;
  /** The role that it began with. */
  readonly role: string;
  /** As the audit log calls whoever signed in. */
  readonly actor: string;
  /** A MAC of what it was made with, so that it ends with it. */
  readonly credential: string;
  /** What an OIDC provider has told; empty for a key. */
  readonly claims: SessionClaims;
  readonly createdAt: number;
  /** When it was last used, to within a minute. */
  readonly seenAt: number;
  /** When it ends, however much it is used. */
  readonly endsAt: number;
}

/** What is kept of an ID token. */
export interface SessionClaims {
  readonly subject?: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  /** Those that the config names; the others are not kept. */
  readonly groups?: readonly string[];
}
