import type { Exchange } from '../core/exchange.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Snapshot } from '../snapshot.ts';
import { queryField } from '../lib/query-field.ts';
import { clientKeys, holdsKey } from './client-keys.ts';

/** What a client's values must not hold that reach a backend which is not asked as the client. For one try of a route. */
export class WithheldValues {
  #keys: readonly string[] | undefined;

  constructor(
    private readonly exchange: Exchange,
    private readonly client: Protocol,
    private readonly snapshot: Snapshot,
  ) {}

  /** Whether a value is, or holds, a key: one that the client presents, or one of the gateway's. */
  areIn(value: string): boolean {
    const { exchange, client, snapshot } = this;
    this.#keys ??= clientKeys(exchange.headers, queryField(exchange.query, client.front.keyParameter));
    return holdsKey(value, this.#keys) || snapshot.scrubber?.isIn(value) === true;
  }
}
