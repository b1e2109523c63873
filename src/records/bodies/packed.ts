import type { KeptBodies } from '../../core/kept-bodies.ts';
import type { StoredBodies } from '../../storage/stored-bodies.ts';

/** JSON in UTF-8, compressed with Zstandard, in base64. */
const FORM = 'zstd';

/** Bodies as a database has them. It is compressed beside the event loop. */
export async function packed(id: string, bodies: KeptBodies): Promise<StoredBodies> {
  const compressed = await Bun.zstdCompress(JSON.stringify(bodies));
  return { id, startedAt: bodies.startedAt, form: FORM, document: compressed.toString('base64') };
}

/** The bodies that a database has. Rejects for a form that this version does not know. */
export async function unpacked({ id, form, document }: StoredBodies): Promise<KeptBodies> {
  if (form !== FORM) throw new Error(`the bodies of ${id} are in a form that this version does not know: ${form}`);
  const text = await Bun.zstdDecompress(Buffer.from(document, 'base64'));
  return JSON.parse(text.toString('utf8')) as KeptBodies;
}
