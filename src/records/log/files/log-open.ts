import { chmod, constants, lstat, mkdir, open, realpath, type FileHandle } from 'node:fs/promises';
import { currentPath, type LogPlace } from './rotation.ts';

/** Log lines name clients, so only the owner and its group may read them. The process's umask may take away more. */
const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;

/** Never through a link, and without waiting for the other end of a pipe. Windows has no such flags: none is set there. */
const UNFOLLOWED = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens the file that lines of `day` are appended to, making it and its folders. Whoever may write beside the logs could
 * otherwise lead them into any file of the gateway's user, so nothing that is a symbolic link is followed, from the
 * folder of the logs on, and only regular files are written to: else it throws an Error that says so.
 */
export async function openToAppend(place: LogPlace, day: string): Promise<FileHandle> {
  await makeFolder(place.base);
  if (place.dir !== place.base) await makeOwnFolder(place.dir);
  const path = currentPath(place, day);
  const handle = await openUnfollowed(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT);
  try {
    const { mode } = await regularFile(handle, path);
    // Those of an earlier version could be read by everyone.
    if ((mode & 0o777 & ~FILE_MODE) !== 0) await narrow(handle.chmod(mode & FILE_MODE));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Opens a file with `flags`, unless its name is that of a symbolic link. */
export async function openUnfollowed(path: string, flags: number): Promise<FileHandle> {
  try {
    return await open(path, flags | UNFOLLOWED, FILE_MODE);
  } catch (error) {
    await refuseLink(path);
    throw error;
  }
}

/** The state of an open file; throws if it is a folder, a pipe or a device. */
export async function regularFile(handle: FileHandle, path: string): Promise<{ size: number; mode: number }> {
  const found = await handle.stat();
  if (!found.isFile()) throw new Error(`${path} is no regular file (remove it, or set another logging.base_dir)`);
  return found;
}

async function makeFolder(dir: string): Promise<void> {
  await refuseLink(dir);
  await mkdir(dir, { recursive: true, mode: FOLDER_MODE });
}

/** One that nobody but the gateway has made, so its rights are the gateway's to set. */
async function makeOwnFolder(dir: string): Promise<void> {
  await makeFolder(dir);
  const { mode } = await lstat(dir);
  if ((mode & 0o777 & ~FOLDER_MODE) !== 0) await narrow(chmod(dir, mode & FOLDER_MODE));
}

async function refuseLink(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSymbolicLink() !== true) return;
  const target = await realpath(path).catch(() => 'nothing');
  throw new Error(
    `${path} is a symbolic link to ${target}, and logs are written through none (remove it, or set logging.base_dir to the folder itself)`,
  );
}

/** What belongs to another user keeps its rights: lines are worth more than that. */
async function narrow(change: Promise<void>): Promise<void> {
  await change.catch(() => {});
}
