import { printable } from '../../lib/printable.ts';
import { openStoreToRead } from '../../storage/open-store.ts';
import type { ChainBreak } from '../../storage/audit-chain.ts';
import type { CommandLine } from '../command.ts';
import { withStore } from '../with-store.ts';

/** Follows the chain of the audit log, and prints what came of it; resolves to 1 if it is broken. */
export async function verify(line: CommandLine): Promise<number> {
  return await withStore(
    line,
    async ({ audit }) => {
      const { entries, unchained, head, broken } = await audit.verify();
      line.out(`audit log  ${entries} entries in the chain${unchained > 0 ? `, ${unchained} from before it` : ''}`);
      if (broken !== undefined) {
        line.err(printable(`the chain breaks at entry ${broken.place}: ${SAID[broken.kind](broken)}`));
        return 1;
      }
      if (head !== '') line.out(`last hash  ${head}`);
      line.out('the chain is whole: no entry was changed or taken out');
      return 0;
    },
    openStoreToRead,
  );
}

const SAID: Readonly<Record<ChainBreak['kind'], (broken: ChainBreak) => string>> = {
  missing: () => 'it was taken out',
  changed: ({ id }) => (id === undefined ? 'its hash is not that of the head' : `${id} is not as it was written`),
  added: ({ id }) => `${id} was added by something else than llm-proxy`,
};
