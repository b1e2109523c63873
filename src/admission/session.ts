import type { Context } from '../context.ts';
import type { Caller } from '../core/caller.ts';
import type { Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import { credentialIn } from '../vendors/presented-credential.ts';

/** Whether a request asks the admin API with a cookie, and with no key: a key comes before a session. */
export function showsSession({ endpoint, headers }: Exchange): boolean {
  return endpoint?.handler === 'admin' && headers['cookie'] !== undefined && credentialIn(headers) === undefined;
}

/** Who is signed in. Rejects with the Refusal of a session that is none any more, or is used by another site. */
export async function callerOfSession(exchange: Exchange, context: Context): Promise<Caller | undefined> {
  const caller = await context.signIn.identify(exchange, context);
  if (caller !== undefined) return caller;
  const { keyCheck, adminKey } = context.snapshot;
  // To a gateway that asks for no key, cookies say nothing.
  if (keyCheck === undefined && adminKey === undefined) return undefined;
  throw new Refusal('session_ended', 'You are not signed in, or not any more. Sign in again.');
}
