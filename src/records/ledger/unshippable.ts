import type { LedgerRow } from '../../core/ledger-row.ts';
import { messageOf } from '../../lib/message-of.ts';
import type { Log } from '../log/log.ts';
import type { JournalBatch } from './journal.ts';
import type { DamagedBytes } from './read-rows.ts';
import { setAside } from './set-aside.ts';

/** Keeps what cannot be shipped for people, counts it, and says so. */
export class Unshippable {
  /** Segments that end within a row. */
  torn = 0;
  /** Places whose checksum is wrong. */
  damaged = 0;
  /** Rows that the store refuses. */
  setAside = 0;

  constructor(
    private readonly log: Log,
    /** Undefined: there is no place for it. */
    private readonly file: string | undefined,
  ) {}

  /** Takes what was found beside the rows of a batch. */
  async found({ segment: { path: segment }, damage, tornBytes }: JournalBatch): Promise<void> {
    if (tornBytes > 0) {
      this.torn++;
      this.log.warn('the journal of the ledger ends with a row that was not written to its end', {
        segment,
        bytes: tornBytes,
      });
    }
    if (damage.length > 0) await this.#damage(segment, damage);
  }

  /** Takes a row that the store refuses whatever stands beside it. */
  async refused(row: LedgerRow, error: unknown): Promise<void> {
    const reason = messageOf(error);
    const isKept = await setAside(this.file, [{ reason, row }]);
    this.setAside++;
    this.log.error('the store refuses a row of the ledger, which is set aside', {
      trace_id: row.traceId,
      row: row.id,
      cause: reason,
      file: isKept ? this.file : undefined,
    });
  }

  async #damage(segment: string, damage: readonly DamagedBytes[]): Promise<void> {
    this.damaged += damage.length;
    const lost = damage.filter(({ isMended }) => !isMended);
    const isKept = await setAside(
      this.file,
      lost.map(({ offset, bytes }) => ({ reason: 'damaged', segment, offset, bytes: bytes.toString('base64') })),
    );
    this.log.error('the journal of the ledger is damaged', {
      segment,
      offset: damage[0]?.offset ?? 0,
      places: damage.length,
      lost: lost.length,
      file: isKept ? this.file : undefined,
    });
  }
}
