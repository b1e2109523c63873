import { randomBytes } from 'node:crypto';
import type { CallerAccess } from '../../admission/keys/caller-access.ts';
import { Refusal } from '../../core/refusal.ts';
import { isSameText } from '../../lib/same-text.ts';

/** What a MAC is for: one for one purpose says nothing for another. */
type Purpose = 'cookie' | 'csrf' | 'credential' | 'oidc';

/**
 * Makes and checks the MACs of sessions, with the installation's secret, so that nodes of one database know each other's.
 * Where there is no database, sessions are this process's alone, and so is the secret.
 */
export class SessionSecret {
  readonly #own = randomBytes(32);

  constructor(private readonly callers: Pick<CallerAccess, 'runTime'>) {}

  /** 32 bytes for one purpose. Throws a Refusal while the secret is in a database that nobody has read. */
  keyFor(purpose: Purpose): Uint8Array {
    const { runTime } = this.callers;
    if (runTime === undefined) return new Bun.CryptoHasher('sha256', this.#own).update(purpose).digest();
    try {
      return runTime.sealKey(`console ${purpose}`);
    } catch {
      throw new Refusal(
        'storage_unavailable',
        'Who is signed in is not known: the database has not been read so far.',
        {
          headers: { 'retry-after': '1' },
        },
      );
    }
  }

  mac(purpose: Purpose, text: string): string {
    return new Bun.CryptoHasher('sha256', this.keyFor(purpose)).update(text).digest('base64url');
  }

  /** In constant time. */
  isMac(purpose: Purpose, text: string, mac: string): boolean {
    return isSameText(mac, this.mac(purpose, text));
  }
}
