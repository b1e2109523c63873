import { randomUUIDv7 } from 'bun';
import type { StoredBodies } from './stored-bodies.ts';
import type { Store } from './store.ts';

/** Who reads bodies, for the audit log. */
export interface BodyReader {
  readonly actor: string;
  readonly clientIp: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The bodies of a request by the id of its row; undefined: none are kept. Nobody gets them before the audit log says so. */
export async function readBodies(
  id: string,
  store: Pick<Store, 'bodies' | 'audit'>,
  { actor, clientIp, at }: BodyReader,
): Promise<StoredBodies | undefined> {
  const found = await store.bodies.one(id);
  if (found === undefined) return undefined;
  const entry = { id: randomUUIDv7('hex', at), at, actor, clientIp, action: 'bodies.read', target: id };
  await store.audit.append({ ...entry, before: undefined, after: undefined });
  return found;
}
