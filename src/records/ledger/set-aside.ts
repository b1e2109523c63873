import { open } from 'node:fs/promises';

/** What is not shipped is kept for people, up to so much. */
const MOST_BYTES = 64 * 1024 * 1024;

/** What cannot be shipped, and why. */
export interface SetAside {
  readonly reason: string;
  /** A row that the store refuses, or bytes of the journal as base64. */
  readonly row?: object;
  readonly segment?: string;
  readonly offset?: number;
  readonly bytes?: string;
}

/** Adds what cannot be shipped to a file of JSON lines; false: there is no room for it, or no file that can be written. */
export async function setAside(path: string | undefined, things: readonly SetAside[]): Promise<boolean> {
  if (path === undefined) return false;
  try {
    const handle = await open(path, 'a', 0o600);
    try {
      if ((await handle.stat()).size > MOST_BYTES) return false;
      const at = new Date().toISOString();
      await handle.appendFile(things.map((thing) => `${JSON.stringify({ at, ...thing })}\n`).join(''));
      await handle.datasync();
      return true;
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
}
