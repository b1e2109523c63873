import { lstatSync, renameSync, unlinkSync } from 'node:fs';

/** What tells one file from any other. */
export interface FileId {
  readonly dev: number;
  readonly ino: number;
}

/**
 * Begins to listen on a Unix socket with `serve`, its file open to whom `mode` says from its first moment. A socket that a
 * killed process left behind is replaced; whatever else is in the way stays, and the error says what it is.
 */
export async function listenOnSocket<Server>(path: string, mode: number, serve: () => Server): Promise<Server> {
  const found = kindOf(path);
  if (found === 'other')
    throw new Error(`${path} exists and is no socket: it is left as it is (remove it, or set another path)`);
  if (found === 'socket') {
    if (!(await isAbandoned(path))) throw Object.assign(new Error(`${path} is in use`), { code: 'EADDRINUSE' });
    // Another file may have taken its place meanwhile.
    if (kindOf(path) === 'socket') unlinkSync(path);
  }
  return withUmask(0o777 & ~mode, serve);
}

/** The file at a path, a link not followed; undefined if there is none. */
export function fileAt(path: string): FileId | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/**
 * Ends the listening on a Unix socket with `stop`. Bun then removes what stands at its path, whatever that is by now:
 * anything but the socket's `own` file is kept out of its way.
 */
export function closeSocket<T>(path: string, own: FileId | undefined, stop: () => T): T {
  const found = fileAt(path);
  if (found === undefined || (found.dev === own?.dev && found.ino === own.ino)) return stop();
  const aside = `${path}.kept-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    // Whoever may not rename it may not remove it.
    return stop();
  }
  try {
    return stop();
  } finally {
    renameSync(aside, path);
  }
}

/** What stands at a path itself: a symbolic link is not followed, for what it leads to may be anyone's. */
function kindOf(path: string): 'nothing' | 'socket' | 'other' {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'nothing';
  return found.isSocket() ? 'socket' : 'other';
}

/** A process that was killed leaves its socket file behind, and nobody answers on it. */
async function isAbandoned(path: string): Promise<boolean> {
  try {
    (await Bun.connect({ unix: path, socket: { data: () => undefined } })).end();
    return false;
  } catch (error) {
    return (error as { code?: string }).code === 'ECONNREFUSED';
  }
}

/** A mode that is set after the socket is there would leave a moment in which anyone may connect. */
function withUmask<T>(mask: number, make: () => T): T {
  const before = process.umask(mask);
  try {
    return make();
  } finally {
    process.umask(before);
  }
}
