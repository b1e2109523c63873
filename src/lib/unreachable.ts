import { accessSync, constants, lstatSync, readlinkSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Whether there is surely nothing at `path`: no entry of that name, and no folder or link on the way to it that hides one.
 * What is there and cannot be reached is not absent.
 */
export function isAbsent(path: string): boolean {
  for (let place = resolve(path); ; place = dirname(place)) {
    const code = codeOf(() => lstatSync(place));
    // The nearest folder that exists must not be a link to nowhere.
    if (code === undefined) return place !== resolve(path) && codeOf(() => statSync(place)) === undefined;
    if (code !== 'ENOENT' || place === dirname(place)) return false;
  }
}

/** Why a file that is there cannot be reached by this user, and what to do; undefined where there is more to say of the file than of the way to it. */
export function hiddenReason(path: string): string | undefined {
  const whole = resolve(path);
  for (const place of [...foldersAbove(whole), whole]) {
    const code = codeOf(() => statSync(place));
    if (code === 'ENOENT' && codeOf(() => lstatSync(place)) === undefined) return danglingLink(place, whole);
    if (code === 'ELOOP') return `cannot be reached: ${place} is a symbolic link to itself (mend or remove the link)`;
    if (code !== undefined) return undefined;
    if (place !== whole && !statSync(place).isDirectory())
      return `cannot be reached: ${place} is not a folder (name another path)`;
    const need = place === whole ? constants.R_OK : constants.X_OK;
    if (codeOf(() => accessSync(place, need)) === 'EACCES') return forbidden(place, whole);
  }
  return undefined;
}

/** From the root down, without the path itself. */
function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [...foldersAbove(above), above];
}

function danglingLink(place: string, whole: string): string {
  const what = place === whole ? 'it' : place;
  return `cannot be reached: ${what} is a symbolic link to ${readlinkSync(place)}, which does not exist (mend or remove the link)`;
}

function forbidden(place: string, whole: string): string {
  const { mode, uid } = statSync(place);
  const what = place === whole ? 'it' : `its folder ${place}`;
  const owned = `${what} belongs to user ${uid} and has mode ${(mode & 0o7777).toString(8).padStart(4, '0')}`;
  const me = process.getuid?.();
  const right = place === whole ? 'read' : 'enter';
  return `cannot be reached by user ${me}: ${owned} (let that user ${right} it, or run as its owner: of a container, with --user "$(id -u):$(id -g)")`;
}

function codeOf(look: () => unknown): string | undefined {
  try {
    look();
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
