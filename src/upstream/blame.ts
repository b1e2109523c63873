import { CONSEQUENCES } from '../core/failure.ts';
import type { Failure } from '../core/failure.ts';
import { accountOf } from './account.ts';
import { clientChoseForm, clientMayHaveCaused, clientSentTooMuch } from './client-causes.ts';
import type { AttemptContext } from './settle.ts';

/**
 * Whether a failure is the backend's own, so that everybody had better leave it alone for a while. What one client can
 * bring about by its key, or by what it asks for, is not: it would take the route away from all others.
 */
export function isBackendsFault(ongoing: AttemptContext, failure: Failure): boolean {
  // Whoever asks for what is kept somewhere may be wrong about the id.
  if (ongoing.exchange.asked === undefined) return false;
  if (!failure.routedAround || !CONSEQUENCES[failure.kind].blamed) return false;
  // The operator knows what these words mean.
  if (failure.isDeclared === true) return accountOf(ongoing) !== 'client';
  switch (failure.kind) {
    case 'rate_limited':
      // One request that is over the limit by itself (413) says nothing of others.
      if (failure.status === 413) return false;
      // The limit of a client's own account is nobody else's.
      return accountOf(ongoing) !== 'client';
    case 'not_found':
      return accountOf(ongoing) !== 'client' && !clientMayHaveCaused(ongoing, failure);
    case 'refused':
      return !clientMayHaveCaused(ongoing, failure);
    case 'broken_answer':
      return !clientChoseForm(ongoing);
    case 'connection_reset':
      return !clientSentTooMuch(ongoing);
    default:
      return true;
  }
}
