// A disk that takes no more, as the file system says it: by a limit on the size of files, which needs no other rights.
import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { tempDir } from './ledger.fixture.ts';

const CHILD = join(import.meta.dir, 'small-disk-child.fixture.ts');
/** In blocks of 512 bytes, or of 1024 where the shell is bash. */
const BLOCKS = 40;

test.skipIf(process.platform === 'win32')('a file that cannot grow costs no row, and is said', async () => {
  using folder = tempDir();
  const limited = `trap '' XFSZ; ulimit -f ${BLOCKS}; exec "$@"`;
  const child = Bun.spawn(['sh', '-c', limited, 'sh', process.execPath, CHILD, folder.dir], {
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const [told, code] = await Promise.all([child.stdout.text(), child.exited]);
  expect(code).toBe(0);
  const { traces, lines, states, ...state } = JSON.parse(told) as {
    traces: string[];
    lines: string[];
    states: boolean[];
  };
  const expected = Array.from({ length: 30 }, (_, round) =>
    Array.from({ length: round % 10 === 9 ? 100 : 5 }, (_, index) => `${round}-${index}`),
  ).flat();
  expect(traces.toSorted()).toEqual(expected.toSorted());
  expect(state).toMatchObject({ dropped: 0, setAside: 0, torn: 0, damaged: 0, waiting: 0 });
  expect(lines).toEqual([
    'error: the journal of the ledger cannot be written: rows wait in memory',
    'info: the journal of the ledger is written again',
  ]);
  expect([states.includes(false), states.includes(true)]).toEqual([true, true]);
});
