import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Where a log goes. With a `stem`, the current file is `stem.log`, and each full file or past day is renamed to
 * `stem.N.log`, N counting up. Without one, it is `YYYY-MM-DD.log` (local date), full ones `YYYY-MM-DD.N.log`.
 */
export interface LogPlace {
  readonly dir: string;
  readonly stem: string | undefined;
}

/** The file that lines of `day` are appended to. */
export function currentPath(place: LogPlace, day: string): string {
  return join(place.dir, `${place.stem ?? day}.log`);
}

/** Renames the current file to the next free number; false if that cannot be done. */
export async function renameToNumber(place: LogPlace, day: string): Promise<boolean> {
  const start = `${place.stem ?? day}.`;
  try {
    const numbers = (await readdir(place.dir)).map((name) =>
      name.startsWith(start) ? Number(/^(\d+)\.log$/.exec(name.slice(start.length))?.[1] ?? 0) : 0,
    );
    const next = numbers.reduce((max, number) => Math.max(max, number), 0) + 1;
    await rename(currentPath(place, day), join(place.dir, `${start}${next}.log`));
    return true;
  } catch {
    return false;
  }
}

/** Removes the place's own files whose day, or for numbered ones whose last line, is before `beforeMs`. Never throws. */
export async function removeOld(place: LogPlace, beforeMs: number): Promise<void> {
  const firstKept = dayNamer()(beforeMs);
  // A log directory that is not there yet, or a file that somebody else removed, is no trouble.
  const names = await readdir(place.dir).catch((): string[] => []);
  for (const name of names) {
    const path = join(place.dir, name);
    const old =
      place.stem === undefined
        ? DATED.test(name) && name.slice(0, firstKept.length) < firstKept
        : isNumbered(name, place.stem) && (await lastWritten(path)) < beforeMs;
    if (old) await rm(path, { force: true }).catch(() => {});
  }
}

/** Returns what names the local date of a time, `YYYY-MM-DD`, computing it once a day. */
export function dayNamer(): (ms: number) => string {
  let name = '';
  let start = 0;
  let end = 0;
  return (ms) => {
    if (ms >= start && ms < end) return name;
    const at = new Date(ms);
    const [year, month, date] = [at.getFullYear(), at.getMonth(), at.getDate()];
    start = new Date(year, month, date).getTime();
    end = new Date(year, month, date + 1).getTime();
    name = [year, month + 1, date].map((part) => String(part).padStart(2, '0')).join('-');
    return name;
  };
}

const DATED = /^\d{4}-\d\d-\d\d(?:\.\d+)?\.log$/;

function isNumbered(name: string, stem: string): boolean {
  return name.startsWith(`${stem}.`) && /^\d+\.log$/.test(name.slice(stem.length + 1));
}

async function lastWritten(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? Infinity;
}
