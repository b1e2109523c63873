import { Refusal } from '../../core/refusal.ts';
import type { Clock } from '../../lib/clock.ts';
import { Recent } from '../../lib/recent.ts';
import type { AuditEntry } from '../../storage/audit.ts';
import { StoreUnavailable } from '../../storage/store-errors.ts';
import type { Store } from '../../storage/store.ts';
import type { StoredSession } from '../../storage/stored-session.ts';

/** Sessions in memory; of more, those that were used longest ago are forgotten (and, where there is no store, end). */
const MAX_SESSIONS = 10_000;
/** Of one principal; of more, too: whoever has one key signs nobody else out by signing in again and again. */
const MOST_OF_ONE = 200;
/** A session that another node has ended ends here within this. */
const TRUSTED_MS = 1000;
/** That a session was used is written so often. */
const TOUCH_MS = 60_000;

interface Entry {
  session: StoredSession;
  /** When the store was last asked for it, and last told of its use. Wall clock. */
  askedAt: number;
  toldAt: number;
}

/** All sessions: in the store where there is one, and in memory. Only ids that the gateway has made come here. */
export class SessionBook {
  readonly #known = new Recent<Entry>(MAX_SESSIONS);
  readonly #asking = new Map<string, Promise<StoredSession | undefined>>();

  constructor(
    private readonly openStore: () => Promise<Store> | undefined,
    private readonly clock: Clock,
  ) {}

  /** Adds a session; of too many of its principal the one that was used longest ago ends. Rejects with `StoreUnavailable`, and there is none. */
  async add(session: StoredSession, idleMs: number, audit: AuditEntry): Promise<void> {
    const now = this.clock.wallNow();
    const store = await this.openStore();
    await store?.sessions.insert(session, { endedBefore: now, idleSince: now - idleMs, most: MOST_OF_ONE, audit });
    this.#remember(session);
    const own = [...this.#known.values()].filter((each) => each.session.principal === session.principal);
    for (const { session: late } of own.slice(0, -MOST_OF_ONE)) this.#known.delete(late.hash);
  }

  /** The session of this hash, as it is in the store, or was a second ago; while the store is away, as it was known last. */
  async find(hash: string): Promise<StoredSession | undefined> {
    const entry = this.#known.get(hash);
    const store = this.openStore();
    if (store === undefined) return entry?.session;
    if (entry !== undefined && this.clock.wallNow() - entry.askedAt < TRUSTED_MS) return entry.session;
    const asking = this.#asking.get(hash) ?? this.#ask(hash, store);
    this.#asking.set(hash, asking);
    try {
      return await asking;
    } finally {
      this.#asking.delete(hash);
    }
  }

  /** A session was used just now. */
  async used({ hash }: StoredSession): Promise<void> {
    const entry = this.#known.get(hash);
    if (entry === undefined) return;
    const now = this.clock.wallNow();
    entry.session = { ...entry.session, seenAt: now };
    if (now - entry.toldAt < TOUCH_MS) return;
    entry.toldAt = now;
    // What is not written now is written with the next use.
    await unlessAway(async () => await (await this.openStore())?.sessions.touch(hash, now));
  }

  /** Ends a session, here at once. Rejects with `StoreUnavailable` if other nodes go on with it. */
  async end(hash: string, audit?: AuditEntry): Promise<void> {
    this.#known.delete(hash);
    await (await this.openStore())?.sessions.end(hash, audit);
  }

  /** Ends all sessions of a principal. */
  async endAll(principal: string, audit: AuditEntry): Promise<void> {
    for (const { session } of this.#known.values())
      if (session.principal === principal) this.#known.delete(session.hash);
    await (await this.openStore())?.sessions.endAll(principal, audit);
  }

  async #ask(hash: string, opening: Promise<Store>): Promise<StoredSession | undefined> {
    const before = this.#known.peek(hash);
    try {
      const found = await (await opening).sessions.find(hash);
      // It has ended here in the meantime.
      if (before !== undefined && this.#known.peek(hash) !== before) return undefined;
      if (found === undefined) this.#known.delete(hash);
      else if (before === undefined) this.#remember(found);
      else before.askedAt = this.clock.wallNow();
      return found && { ...found, seenAt: Math.max(found.seenAt, before?.session.seenAt ?? 0) };
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (before !== undefined) return before.session;
      throw new Refusal('storage_unavailable', error.message, {
        headers: { 'retry-after': '5' },
        detail: error.reason,
      });
    }
  }

  #remember(session: StoredSession): void {
    const now = this.clock.wallNow();
    this.#known.delete(session.hash);
    this.#known.add(session.hash, { session, askedAt: now, toldAt: session.seenAt });
  }
}

/** Runs what may fail while the store is away. */
async function unlessAway(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
  }
}
