/**
 * Hashes keys as the store has them: HMAC-SHA-256 with the secret of the installation, as hexadecimal digits. Whoever has
 * the store alone cannot even try keys. After a rotation of the secret the ones before it still count for keys made then.
 */
export class KeyHashes {
  readonly #current: Bun.CryptoHasher;
  readonly #before: readonly Bun.CryptoHasher[];

  /** The current secret, then those before it. */
  constructor([current, ...before]: readonly [Uint8Array, ...Uint8Array[]]) {
    this.#current = new Bun.CryptoHasher('sha256', current);
    this.#before = before.map((secret) => new Bun.CryptoHasher('sha256', secret));
  }

  /** What a new key is stored as. */
  hash(key: string): string {
    return this.#current.copy().update(key).digest('hex');
  }

  /** Finds what stands under one of the hashes of a key. */
  find<T>(key: string, byHash: ReadonlyMap<string, T>): T | undefined {
    const found = byHash.get(this.hash(key));
    if (found !== undefined || this.#before.length === 0) return found;
    for (const hasher of this.#before) {
      const earlier = byHash.get(hasher.copy().update(key).digest('hex'));
      if (earlier !== undefined) return earlier;
    }
    return undefined;
  }
}
