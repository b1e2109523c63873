import { readdirSync, readFileSync, statSync } from 'node:fs';

/**
 * How many files this process has open, sockets included. Undefined where that is not told (only Linux does), `full`
 * where not even this can be asked.
 */
export function countOpenFiles(): number | 'full' | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    // Since Linux 6.2 the folder's size is their number: one call, and it takes no file itself.
    const { size } = statSync('/proc/self/fd');
    return size > 0 ? size : readdirSync('/proc/self/fd').length;
  } catch (error) {
    return (error as { code?: string }).code === 'EMFILE' ? 'full' : undefined;
  }
}

/**
 * How many this process may have open: Bun raises the soft limit to the hard one when it starts. Undefined where that is
 * unknown; infinite for `unlimited`.
 */
export function maxOpenFiles(): number | undefined {
  try {
    const limit = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    if (limit === undefined) return undefined;
    return limit === 'unlimited' ? Infinity : Number(limit);
  } catch {
    return undefined;
  }
}
