import { open, rename, unlink } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredAccess } from './stored-keys.ts';

/**
 * The last that was known of the store's keys and teams, in a file of the data directory that only the gateway's user can
 * read: with it the gateway starts while the database is down. It holds hashes, and no key.
 */
export class AccessCache {
  readonly #file: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(dataDir: string) {
    this.#file = join(dataDir, 'keys.json');
  }

  /** Undefined: there is none that can be used. */
  read(): StoredAccess | undefined {
    try {
      const content = JSON.parse(readFileSync(this.#file, 'utf8')) as Partial<StoredAccess> & { format?: unknown };
      const { format, revision, keys, teams } = content;
      if (format !== FORMAT || typeof revision !== 'number' || !Array.isArray(keys) || !Array.isArray(teams))
        return undefined;
      return { revision, keys, teams };
    } catch {
      return undefined;
    }
  }

  /** Replaces the file as a whole, one after another. Rejects with the error of the file system. */
  write(access: StoredAccess): Promise<void> {
    const written = this.#writing.then(() => this.#write(access));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** Resolves when nothing is being written. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #write(access: StoredAccess): Promise<void> {
    const draft = `${this.#file}.${process.pid}`;
    try {
      const handle = await open(draft, 'w', 0o600);
      try {
        await handle.writeFile(JSON.stringify({ format: FORMAT, ...access }));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, this.#file);
    } catch (error) {
      await unlink(draft).catch(() => undefined);
      throw error;
    }
  }
}

const FORMAT = 1;
