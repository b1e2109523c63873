/** What whoever is signed in may do: everything; everything but keys and teams; look; its own teams; its own pages. */
export const ROLES = ['admin', 'operator', 'viewer', 'team_admin', 'member'] as const;

/** One of them. */
export type Role = (typeof ROLES)[number];
