import type { Role } from './role.ts';

/** What whoever is signed in to the console may do, and what they are called. */
export interface SignedIn {
  readonly role: Role;
  /** Of a `team_admin`: the teams that it runs; those below are its as well. */
  readonly teams: readonly string[];
  /** In the audit log: with name and e-mail address where they are known. */
  readonly actor: string;
}
