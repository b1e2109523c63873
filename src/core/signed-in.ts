import type { Caller } from './caller.ts';
import type { Role } from './role.ts';

/** Whoever is signed in to the console, as a request with their session meets it. */
export interface SignedIn {
  readonly role: Role;
  /** Of a `team_admin`: the teams that it runs; those below are its as well. */
  readonly teams: readonly string[];
  /** Whom the request counts for. */
  readonly caller: Caller;
  /** The same for the audit log, with name and e-mail address where they are known. */
  readonly actor: string;
}
