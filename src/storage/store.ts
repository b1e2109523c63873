import type { LedgerRow, RowJson } from '../core/ledger-row.ts';
import type { AuditEntry, AuditFilter, Beside, IdempotentAnswer } from './audit.ts';
import type { ChainReport } from './audit-chain.ts';
import type { BudgetSpend, BudgetWindow } from './budget-spend.ts';
import type {
  LedgerNameStep,
  LedgerStep,
  SearchCursor,
  SearchPage,
  SearchQuery,
  StepsQuery,
  Usage,
  UsageQuery,
  VerifyReport,
} from './ledger-query.ts';
import type { StoredSession } from './stored-session.ts';
import type { StoredBodies } from './stored-bodies.ts';
import type { StoredKey, StoredTeam } from './stored-key.ts';

/**
 * What the gateway keeps in a database. It knows rows, not requests. Every method rejects with `StoreUnavailable` while the
 * database cannot be reached, is locked, full or read-only; after that a call may be made again, and connects anew by itself.
 * A change that others made first, or that a name forbids, rejects with `StoreConflict`. Any other error is a bug.
 */
export interface Store {
  readonly keys: KeyStore;
  readonly teams: TeamStore;
  readonly facts: FactStore;
  readonly audit: AuditStore;
  readonly idempotency: IdempotencyStore;
  readonly ledger: LedgerStore;
  readonly bodies: BodyStore;
  readonly budgets: BudgetStore;
  readonly sessions: SessionStore;
  /** Grows with every change of keys and teams, whichever node made it: who sees another number reads them again. */
  revision(): Promise<number>;
  /** Resolves if the database answers; rejects with `StoreUnavailable`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The keys that were made at run time. `beside` is written in the same transaction, or not at all. */
export interface KeyStore {
  list(): Promise<StoredKey[]>;
  /** Rejects with a `StoreConflict` if the id, the hash, or the name within its team is taken. */
  insert(key: StoredKey, beside?: Beside): Promise<void>;
  /** Replaces the key of this id if it has this version still; `key.version` is the one it gets. */
  update(key: StoredKey, expectedVersion: number, beside?: Beside): Promise<void>;
  /** Rejects with a `StoreConflict` if there is no such key, or it has another version than the one expected, if any. */
  delete(id: string, expectedVersion?: number, beside?: Beside): Promise<void>;
}

/** The same of teams, whose id is their name. */
export interface TeamStore {
  list(): Promise<StoredTeam[]>;
  insert(team: StoredTeam, beside?: Beside): Promise<void>;
  update(team: StoredTeam, expectedVersion: number, beside?: Beside): Promise<void>;
  delete(name: string, expectedVersion?: number, beside?: Beside): Promise<void>;
}

/** Facts of the installation, the same for all nodes. */
export interface FactStore {
  get(name: string): Promise<string | undefined>;
  /** Writes the fact unless there is one; resolves to the one in force. */
  setOnce(name: string, value: string): Promise<string>;
  /** Writes the fact, whatever it was before. */
  put(name: string, value: string, beside?: Beside): Promise<void>;
}

/** Who changed what. Entries are written beside the changes. */
export interface AuditStore {
  /** The newest first. `next` goes on where this page ends; undefined: there are no more. */
  page(
    query: AuditFilter & { readonly cursor?: string; readonly limit: number },
  ): Promise<{ data: AuditEntry[]; next?: string }>;
  /** Writes one of what changes nothing, but is to be known. */
  append(entry: AuditEntry): Promise<void>;
  /** Follows the chain of hashes from the first entry to the last. */
  verify(): Promise<ChainReport>;
}

/** Who is signed in to the console. */
export interface SessionStore {
  /**
   * Forgets sessions that ended before, or were used last before, and adds one with its audit entry. Of its principal only the
   * `most` stay that were used last.
   */
  insert(
    session: StoredSession,
    beside: {
      readonly endedBefore: number;
      readonly idleSince: number;
      readonly most: number;
      readonly audit: AuditEntry;
    },
  ): Promise<void>;
  find(hash: string): Promise<StoredSession | undefined>;
  /** It was used at this time. A session that has ended stays so. */
  touch(hash: string, at: number): Promise<void>;
  /** Ends one. Resolves to how many those were: 1, or 0 if it had ended already. */
  end(hash: string, audit?: AuditEntry): Promise<number>;
  /** Ends all of one principal. Resolves to how many those were. */
  endAll(principal: string, audit?: AuditEntry): Promise<number>;
}

/** Answers to requests that a client may send again. */
export interface IdempotencyStore {
  /** The answer to a key, of the last 24 hours at least. It is written beside the change that it answers. */
  recall(key: string): Promise<IdempotentAnswer | undefined>;
}

/** What was spent and told of budgets. */
export interface BudgetStore {
  /** What was charged to these windows; without a list, to the 8 latest windows of each budget. Those without a charge are left out. */
  spent(windows?: readonly BudgetWindow[]): Promise<BudgetSpend[]>;
  /** Whether whoever is to be told that a budget has reached a percentage was told, by any node. */
  isAlertTold(alert: BudgetWindow & { readonly threshold: number }): Promise<boolean>;
  /** Notes that it was; it may be noted twice. */
  noteAlertTold(alert: BudgetWindow & { readonly threshold: number; readonly at: number }): Promise<void>;
}

/** The bodies of exchanges, apart from their rows, and for a time of their own. Days as in the ledger. */
export interface BodyStore {
  /** Writes bodies, in one transaction. Those that are there already count no more. Resolves to how many were new. */
  append(bodies: readonly StoredBodies[]): Promise<number>;
  /** Those of an exchange, by the id of its row. */
  one(id: string): Promise<StoredBodies | undefined>;
  /** Drops the bodies of all days before this one; such days take no more. Resolves to the days that went. */
  dropDaysBefore(day: number): Promise<number[]>;
}

/** Every exchange, once. Days are whole days since the epoch, in UTC. */
export interface LedgerStore {
  /**
   * Writes rows with their attempts, adds them to the roll-ups and their charges to the budgets, in one transaction for each 1,000. A row
   * that is there already counts no more, so a batch may be sent again. Resolves to the ids that were new.
   */
  append(rows: readonly LedgerRow[]): Promise<string[]>;
  /** The same of rows as JSON, as a journal has them; resolves to how many were new. */
  appendJson(rows: readonly RowJson[]): Promise<number>;
  /** The ids of those rows that the ledger has, or had until their day was dropped. */
  known(rows: readonly LedgerRow[]): Promise<ReadonlySet<string>>;
  /** Sums by any of the dimensions. */
  usage(query: UsageQuery): Promise<Usage>;
  /** Rows with their attempts and charges, the newest first. */
  search(query: SearchQuery, cursor?: SearchCursor): Promise<SearchPage>;
  one(id: string): Promise<LedgerRow | undefined>;
  /** All rows that a search finds, page by page, in its order. */
  export(query: Omit<SearchQuery, 'limit'>): AsyncIterable<LedgerRow>;
  /** Rows counted by steps of time, day by day, the newest first. It reads all rows of that time: for the start of a process. */
  steps(query: StepsQuery): AsyncIterable<readonly LedgerStep[]>;
  nameSteps(query: Omit<StepsQuery, 'bucketScale'>): AsyncIterable<readonly LedgerNameStep[]>;
  /** The days that have rows, from the oldest. */
  days(): Promise<number[]>;
  /** Drops the rows of all days before this one; what they come to stays in the roll-ups. Rows of such days are taken no more. Resolves to the days that went. */
  dropDaysBefore(day: number): Promise<number[]>;
  /** Drops the roll-ups of hours that began before this time; resolves to how many there were. */
  dropRollupsBefore(at: number): Promise<number>;
  /** Proves from the rows that every roll-up and every budget has the sum that it should. */
  verify(): Promise<VerifyReport>;
}
