import type { Role } from '../core/role.ts';
import { Refusal } from '../core/refusal.ts';
import type { Operation } from './operation.ts';

/** The least role that may call an operation; `everyone`: each of them. `member`: whoever has a key, about itself alone. */
export type LeastRole = 'admin' | 'operator' | 'viewer' | 'member' | 'everyone';

/** What each role may call, by the least role of the operation. A `team_admin` may also call what is for its own teams. */
const MAY_CALL: Readonly<Record<Role, readonly LeastRole[]>> = {
  admin: ['admin', 'operator', 'viewer', 'everyone'],
  operator: ['operator', 'viewer', 'everyone'],
  viewer: ['viewer', 'everyone'],
  team_admin: ['everyone'],
  member: ['member', 'everyone'],
};

/** What an operation says of who may call it. */
type Called = Pick<Operation, 'role' | 'ownTeams' | 'method' | 'changesNothing'>;

/** Whether a role may call an operation. */
export function mayCall(role: Role, { role: least, ownTeams }: Pick<Called, 'role' | 'ownTeams'>): boolean {
  return MAY_CALL[role].includes(least) || (role === 'team_admin' && ownTeams === true);
}

/** Throws the Refusal of a call that the role does not allow, or nobody is allowed while nothing may be changed. */
export function checkCall(role: Role, operation: Called, isReadOnly: boolean): void {
  if (!mayCall(role, operation)) {
    const who = operation.role === 'member' ? 'whoever signs in with a key of their own' : `the role ${operation.role}`;
    const message = `This is for ${who}, and you are signed in as ${role}. Ask whoever runs the gateway.`;
    throw new Refusal('role_not_allowed', message);
  }
  if (!isReadOnly || operation.method === 'GET' || operation.changesNothing === true) return;
  throw new Refusal(
    'read_only',
    'Nothing can be changed here: `admin.read_only` is set in the config. Change it there, or on a gateway without it.',
    { status: 403 },
  );
}
