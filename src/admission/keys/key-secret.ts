import { randomBytes } from 'node:crypto';
import type { FactStore } from '../../storage/store.ts';
import { AccessProblem } from './access-problem.ts';
import { KeyHashes } from './key-hashes.ts';

/** The current secret, then those before it. */
type Secrets = readonly [Uint8Array, ...Uint8Array[]];

/**
 * The secret that keys are hashed with. It stands in the data directory; without one it is kept in the database, where all
 * nodes find it.
 */
export class KeySecret {
  #secrets: Secrets | undefined;
  #hashes: KeyHashes | undefined;
  #isConfirmed = false;
  #isForeign = false;

  /** Undefined: there is no data directory. */
  constructor(
    secrets: Secrets | undefined,
    private readonly onForeign: () => void,
  ) {
    this.#use(secrets);
  }

  /** Undefined: the secret is in a database that has not been read. */
  get hashes(): KeyHashes | undefined {
    return this.#hashes;
  }

  /** The keys of the database were made with another secret, so that none of them lets in here. */
  get isForeign(): boolean {
    return this.#isForeign;
  }

  /** What a new key is stored as. Throws an AccessProblem if other nodes would not know it. */
  hashOf(key: string): string {
    if (this.#hashes !== undefined && !this.#isForeign) return this.#hashes.hash(key);
    throw new AccessProblem(
      'conflict',
      'No key can be made here: the file `secret` of `data_dir` is not the one that the keys of this database were made with. Copy it from another node, or from a backup, and restart.',
    );
  }

  /** 32 bytes that only this installation makes of a text. */
  sealKey(text: string): Uint8Array {
    if (this.#secrets === undefined) throw new Error('the secret is not known yet');
    return new Bun.CryptoHasher('sha256', this.#secrets[0]).update(`seal ${text}`).digest();
  }

  /** Compares the secret with what the database knows of it, once, or learns it from there. */
  async confirm(facts: FactStore): Promise<void> {
    if (this.#isConfirmed) return;
    if (this.#secrets === undefined) {
      const text = await facts.setOnce('key_secret', randomBytes(32).toString('hex'));
      this.#use([Buffer.from(text, 'hex')]);
    } else {
      const own = this.#secrets.map(fingerprintOf);
      const known = await facts.setOnce('key_secret_fingerprint', own[0] ?? '');
      this.#isForeign = !own.includes(known);
      if (this.#isForeign) this.onForeign();
    }
    this.#isConfirmed = true;
  }

  #use(secrets: Secrets | undefined): void {
    this.#secrets = secrets;
    this.#hashes = secrets && new KeyHashes(secrets);
  }
}

/** Tells nothing of the secret. */
function fingerprintOf(secret: Uint8Array): string {
  return new Bun.CryptoHasher('sha256', secret).update('fingerprint').digest('hex');
}
