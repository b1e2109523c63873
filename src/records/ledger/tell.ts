import type { Log } from '../log/log.ts';
import { messageOf } from '../../lib/message-of.ts';
import type { ShipperEvents } from './shipper.ts';
import type { WriterEvents } from './row-writer.ts';

/** Says in the log how writing goes; `onWritten` is told when there is something to ship. */
export function tellOfWriter(log: Log, dir: string | undefined, onWritten: (atOnce: boolean) => void): WriterEvents {
  return {
    opened({ newer }) {
      for (const { path } of newer)
        log.error('the journal of the ledger has a segment of a later version, which is left alone', { segment: path });
    },
    written: onWritten,
    unwritable: (error) =>
      log.error('the journal of the ledger cannot be written: rows wait in memory', { dir, cause: messageOf(error) }),
    writable: () => log.info('the journal of the ledger is written again', { dir }),
    full(onFull) {
      if (onFull === 'refuse') log.error('the ledger is full: new requests are refused', { dir });
      else log.error('the ledger is full: rows are being dropped', { dir });
    },
    roomy: (lost) => log.info('the ledger has room again', { lost_rows: lost }),
    broken: (error, traceId) => log.error('a row of the ledger could not be made', { trace_id: traceId, err: error }),
  };
}

/** Says in the log how shipping goes. */
export function tellOfShipper(log: Log): Omit<ShipperEvents, 'refused'> {
  return {
    stopped: (error) =>
      log.error('the store takes no rows of the ledger: they wait in the journal', { cause: messageOf(error) }),
    resumed: () => log.info('the store takes rows of the ledger again'),
  };
}
