import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderLock } from '../records/ledger/folder-lock.ts';

/** By these names a later start finds what one that was killed has left; of one user, for the folder belongs to all. */
const PREFIX = `llm-proxy-demo-${process.getuid?.() ?? 0}-`;
const LOCK = 'demo.lock';

/**
 * The folder of a demo: a new one that its owner alone may read, which is gone when the process ends. What earlier demos have
 * left that were killed is removed. Undefined where there is no folder to write to: then the demo keeps nothing.
 */
export async function demoFolder(): Promise<string | undefined> {
  await removeLeftovers();
  try {
    const folder = mkdtempSync(join(tmpdir(), PREFIX));
    // Held until the process ends, however it does.
    const lock = await FolderLock.take(join(folder, LOCK));
    process.once('exit', () => {
      lock.release();
      remove(folder);
    });
    return folder;
  } catch {
    return undefined;
  }
}

async function removeLeftovers(): Promise<void> {
  for (const folder of foldersThere()) {
    try {
      const lock = await FolderLock.take(join(folder, LOCK));
      lock.release();
      remove(folder);
    } catch {
      // It is in use, or cannot be removed: it disturbs nobody.
    }
  }
}

function foldersThere(): string[] {
  try {
    return readdirSync(tmpdir())
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => join(tmpdir(), name))
      .filter(isOwnFolder);
  } catch {
    return [];
  }
}

/** Anybody may make something of this name there: no link is followed, and nothing of others is touched. */
function isOwnFolder(path: string): boolean {
  const state = lstatSync(path);
  return state.isDirectory() && (process.getuid === undefined || state.uid === process.getuid());
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // The next start tries again.
  }
}
