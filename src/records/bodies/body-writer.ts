import type { ExchangeBodies } from '../../core/exchange-bodies.ts';
import type { ExchangeRecord } from '../../core/record.ts';
import type { Clock } from '../../lib/clock.ts';
import type { StoredBodies } from '../../storage/stored-bodies.ts';
import type { LedgerSink } from '../ledger/ledger-sink.ts';
import { hasRow } from '../ledger/ledger.ts';
import { Shipper, type Shipment } from '../ledger/shipper.ts';
import type { Sink } from '../sink.ts';
import { keptBodiesOf, type Mask } from './document.ts';
import { packed } from './packed.ts';

/** What a writer of bodies is made with. */
export interface BodyWriterTools {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly sink: LedgerSink<StoredBodies>;
  /** Takes secrets out of texts, as in the log. */
  readonly mask: Mask;
  readonly events: BodyWriterEvents;
}

/** What it tells. */
export interface BodyWriterEvents {
  /** The database cannot be used. Said once until `resumed`. */
  stopped(error: unknown): void;
  resumed(): void;
  /** Bodies could not be made, or the database refuses them. */
  lost(error: unknown): void;
}

/** Bodies wait so long for others that end at the same time. */
const GATHER_MS = 50;
/** At the end bodies are shipped for so long. */
const LAST_SHIPMENTS_MS = 5000;
/** What a transaction takes at most: whatever else writes waits for it to end. */
const MOST_SHIPPED = 64;
const MOST_SHIPPED_BYTES = 4 * 1024 * 1024;

/** What is ready for the store, and what lets go of its memory. */
interface Ready {
  readonly stored: StoredBodies;
  readonly release: () => void;
}

/** Takes bodies at the end of their exchanges, masks and compresses them, and moves them into the store. They wait in memory alone. */
export class BodyWriter implements Sink {
  /** Exchanges for whose bodies there was no room. */
  leftOut = 0;
  /** Those whose bodies could not be made, or were refused by the store. */
  lost = 0;
  #taken: ExchangeBodies[] = [];
  #ready: Ready[] = [];
  #shipment: Shipment<StoredBodies> | undefined;
  readonly #shipper: Shipper<StoredBodies>;
  #cancel: (() => void) | undefined;
  #making: Promise<void> = Promise.resolve();

  constructor(private readonly tools: BodyWriterTools) {
    const { clock, random, sink, events } = tools;
    this.#shipper = new Shipper({
      clock,
      random,
      sink,
      next: () => Promise.resolve((this.#shipment ??= this.#next())),
      events: { ...events, refused: (_bodies, error) => Promise.resolve(this.#lose(error)) },
    });
  }

  /** On the request's own path: all that there is to do is done later. */
  record(record: ExchangeRecord): void {
    const { bodies } = record;
    if (bodies === undefined || !hasRow(record)) return;
    if (bodies.isLeftOut) {
      this.leftOut++;
      return;
    }
    bodies.isTaken = true;
    this.#taken.push(bodies);
    this.#cancel ??= this.tools.clock.after(GATHER_MS, this.#onTime);
  }

  /** How many the store has taken. */
  get kept(): number {
    return this.#shipper.shipped;
  }

  /** How many exchanges wait with their bodies. */
  get waiting(): number {
    return this.#taken.length + this.#ready.length;
  }

  /** Everything that has ended so far is in the store; false: it cannot be used just now. */
  async settled(): Promise<boolean> {
    this.#cancel?.();
    this.#onTime();
    await this.#making;
    return await this.#shipper.drain();
  }

  /** Ships what can be. Resolves to how many are lost. */
  async close(): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.tools.clock.after(LAST_SHIPMENTS_MS, resolve);
    await Promise.race([this.settled(), promise]);
    cancel();
    void this.#shipper.stop();
    const { waiting } = this;
    for (const { release } of this.#ready.splice(0)) release();
    for (const bodies of this.#taken.splice(0)) bodies.release();
    return waiting;
  }

  readonly #onTime = (): void => {
    this.#cancel = undefined;
    this.#making = this.#making.then(this.#make);
  };

  readonly #make = async (): Promise<void> => {
    for (let bodies = this.#taken[0]; bodies !== undefined; bodies = this.#taken[0]) {
      await this.#makeOne(bodies);
      // At the end they may be gone meanwhile.
      if (this.#taken[0] === bodies) this.#taken.shift();
    }
    if (this.#ready.length > 0) this.#shipper.wake();
  };

  async #makeOne(bodies: ExchangeBodies): Promise<void> {
    try {
      const stored = await packed(bodies.id, await keptBodiesOf(bodies, this.tools.mask));
      const release = bodies.become(stored.document.length);
      if (release === undefined) this.lost++;
      else this.#ready.push({ stored, release });
    } catch (error) {
      bodies.release();
      this.#lose(error);
    }
  }

  #next(): Shipment<StoredBodies> | undefined {
    let [count, bytes] = [0, 0];
    for (const { stored } of this.#ready) {
      if (count === MOST_SHIPPED || (count > 0 && bytes + stored.document.length > MOST_SHIPPED_BYTES)) break;
      count++;
      bytes += stored.document.length;
    }
    if (count === 0) return undefined;
    const batch = this.#ready.slice(0, count);
    return {
      rows: batch.map(({ stored }) => stored),
      done: () => {
        this.#shipment = undefined;
        const gone = new Set(batch);
        this.#ready = this.#ready.filter((each) => !gone.has(each));
        for (const { release } of batch) release();
        return Promise.resolve();
      },
    };
  }

  #lose(error: unknown): void {
    this.lost++;
    this.tools.events.lost(error);
  }
}
