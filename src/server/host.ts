import type { Server } from 'bun';

import type { ListenAddress } from '../config/listen.ts';
import { parseListen } from '../config/listen.ts';
import type { Gateway } from '../gateway.ts';
import { addressOf, listen } from './listen.ts';

/** Streams that are cut off at the end of a shutdown get this long to send their last words. */
const LAST_WORDS_MS = 1000;
const POLL_MS = 20;

/** The gateway on an address: started, moved to another by a reload, and stopped without losing what is under way. */
export class Host {
  #server: Server<undefined> | undefined;

  constructor(private readonly gateway: Gateway) {}

  /** Starts to listen on a `listen` value, or moves there; returns the address as a URL, or `unix:PATH`. Rejects with what the system says if it cannot. */
  async listen(value: string): Promise<string> {
    const address: ListenAddress = parseListen(value);
    const before = this.#server;
    this.#server = await listen(address, this.gateway);
    // Connections of the old address end when their requests have.
    void before?.stop();
    return addressOf(address, this.#server);
  }

  /** Takes no new requests, waits up to `timeoutMs` for those under way, and ends the rest. Resolves to how many those were. */
  async stop(timeoutMs: number): Promise<number> {
    this.gateway.draining = true;
    await this.#idle(timeoutMs);
    const left = this.gateway.exchanges.size;
    if (left > 0) {
      this.gateway.abortAll();
      await this.#idle(LAST_WORDS_MS);
    }
    // Lets the last bytes out, then closes what clients keep open.
    await Promise.race([this.#server?.stop(), Bun.sleep(LAST_WORDS_MS)]);
    await this.#server?.stop(true);
    return left;
  }

  async #idle(timeoutMs: number): Promise<void> {
    const until = performance.now() + timeoutMs;
    while (this.gateway.exchanges.size > 0 && performance.now() < until) await Bun.sleep(POLL_MS);
  }
}
