// A ledger whose files may not grow beyond a limit (`ulimit -f`). Argument: the folder. Prints what came of it, as JSON.
import { systemClock } from '../../lib/clock.ts';
import { record } from '../record.fixture.ts';
import { FakeStore, HeardLog, LIMITS } from './ledger.fixture.ts';
import { Ledger } from './ledger.ts';

const store = new FakeStore();
const heard = new HeardLog();
const tools = { clock: systemClock, log: heard.log, random: () => 0.5, sink: store };
const ledger = new Ledger({ dataDir: process.argv[2] ?? '', node: 'n' }, tools, LIMITS);
await ledger.start();
const states = [];
for (let round = 0; round < 30; round++) {
  // Every tenth comes to more than a file may hold.
  const rows = round % 10 === 9 ? 100 : 5;
  for (let index = 0; index < rows; index++) ledger.record(record({ traceId: `${round}-${index}` }));
  await ledger.settled();
  states.push(ledger.state.isWritable);
}
await ledger.close();
process.stdout.write(
  JSON.stringify({ traces: store.traces, lines: [...new Set(heard.lines)], states, ...ledger.state }),
);
process.exit(0);
