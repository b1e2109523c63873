import { closeSync, openSync } from 'node:fs';
import type { Database } from 'bun:sqlite';

/** Another process has the folder. */
export class FolderTaken extends Error {
  override readonly name = 'FolderTaken';
}

/**
 * Says that a folder is this process's. The system takes it back when the process ends, however that happens: it is the lock
 * that SQLite takes on a file.
 */
export class FolderLock {
  private constructor(private readonly database: Database) {}

  /** Rejects with a FolderTaken if another process has it. */
  static async take(path: string): Promise<FolderLock> {
    const { Database } = await import('bun:sqlite');
    closeSync(openSync(path, 'a', 0o600));
    const database = new Database(path, { readwrite: true });
    try {
      database.run('PRAGMA locking_mode = EXCLUSIVE');
      database.run('BEGIN EXCLUSIVE');
      return new FolderLock(database);
    } catch (error) {
      database.close();
      const { code } = error as { code?: string };
      throw code?.startsWith('SQLITE_BUSY') === true ? new FolderTaken(`another process uses ${path}`) : error;
    }
  }

  release(): void {
    this.database.close();
  }
}
