import { constants, lstat, rename, rm, utimes } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { openUnfollowed, regularFile } from './log-open.ts';

/**
 * Puts a log file that is no longer written to into `PATH.gz`, with its time of last change, and removes it. Rejects,
 * with the file as it was, if that cannot be done, somebody else is at it, or `signal` is aborted.
 */
export async function compress(path: string, signal: AbortSignal): Promise<void> {
  const part = `${path}.gz.part`;
  const source = await openUnfollowed(path, constants.O_RDONLY);
  try {
    await regularFile(source, path);
    const { atime, mtime } = await source.stat();
    // Another process may be at it, or have been killed over it; a link is nobody's work.
    if ((await lstat(part).catch(() => undefined))?.isSymbolicLink() === true) await rm(part, { force: true });
    const target = await openUnfollowed(part, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
    try {
      await pipeline(source.createReadStream({ autoClose: false }), createGzip(), target.createWriteStream(), {
        signal,
      });
      await utimes(part, atime, mtime);
      await rename(part, `${path}.gz`);
    } catch (error) {
      await target.close().catch(() => {});
      await rm(part, { force: true });
      throw error;
    }
  } finally {
    await source.close().catch(() => {});
  }
  await rm(path);
}
