import type { AccessFinding } from '../../core/access-rules.ts';

/** Why a key or a team cannot be made or changed. */
export type ProblemKind =
  /** What was asked for is wrong; `findings` says where. */
  | 'invalid'
  /** There is no such key or team. */
  | 'absent'
  /** It stands in the config, which alone can change it. */
  | 'read_only'
  /** Others have changed it in the meantime. */
  | 'conflict'
  /** Its name, or the idempotency key of the request, is taken. */
  | 'taken'
  /** Keys or teams belong to it. */
  | 'in_use';

/** Thrown when a key or a team was not made or changed. The message is for whoever asked, and holds no secret. */
export class AccessProblem extends Error {
  override readonly name = 'AccessProblem';

  constructor(
    readonly kind: ProblemKind,
    message: string,
    readonly findings: readonly AccessFinding[] = [],
  ) {
    super(message);
  }
}

/** What was asked for is wrong in these places. */
export function invalid(findings: readonly AccessFinding[]): AccessProblem {
  const lines = findings.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return new AccessProblem('invalid', lines.join('\n'), findings);
}
