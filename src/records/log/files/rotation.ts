import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { localDate } from '../../../lib/local-time.ts';

/**
 * Where a log goes. With a `stem`, the current file is `stem.log`, and each full file or past day is renamed to
 * `stem.NNNNNN.log`, counting up. Without one, it is `YYYY-MM-DD.log` (local date), full ones `YYYY-MM-DD.NNNNNN.log`. Those
 * that nothing has been written to for a day also end in `.gz`.
 */
export interface LogPlace {
  /** The folder of all log files; `dir` is that or one right below it. */
  readonly base: string;
  readonly dir: string;
  readonly stem: string | undefined;
}

/** What the name of a log file says. */
export interface LogFileName {
  /** Of a dated file. */
  readonly day: string | undefined;
  /** Of one that has been put aside; undefined for one that lines are, or on its day were, appended to. */
  readonly number: number | undefined;
  /** `part` is one whose compression has not come to its end. */
  readonly form: 'log' | 'gz' | 'part';
}

/** The file that lines of `day` are appended to. */
export function currentPath(place: LogPlace, day: string): string {
  return join(place.dir, `${place.stem ?? day}.log`);
}

/** What `name` says, or undefined if it is none of the place's files; earlier versions wrote numbers with fewer zeros, or none. */
export function readName(place: LogPlace, name: string): LogFileName | undefined {
  const [, start, number, ending] = NAME.exec(name) ?? [];
  if (start === undefined || (place.stem === undefined ? !DAY.test(start) : start !== place.stem)) return undefined;
  return {
    day: place.stem === undefined ? start : undefined,
    number: number === undefined ? undefined : Number(number),
    form: ending === undefined ? 'log' : ending === '.gz' ? 'gz' : 'part',
  };
}

/** Renames the current file to the next free number; false if that cannot be done. */
export async function renameToNumber(place: LogPlace, day: string): Promise<boolean> {
  try {
    let last = 0;
    for (const name of await readdir(place.dir)) {
      const found = readName(place, name);
      if (found !== undefined && (place.stem !== undefined || found.day === day))
        last = Math.max(last, found.number ?? 0);
    }
    const number = String(last + 1).padStart(NUMBER_DIGITS, '0');
    await rename(currentPath(place, day), join(place.dir, `${place.stem ?? day}.${number}.log`));
    return true;
  } catch {
    return false;
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
    name = localDate(at);
    return name;
  };
}

/** So that names sort by age for longer than anybody keeps them. */
const NUMBER_DIGITS = 6;
const DAY = /^\d{4}-\d\d-\d\d$/;
const NAME = /^(.*?)(?:\.(\d+))?\.log(\.gz(?:\.part)?)?$/s;
