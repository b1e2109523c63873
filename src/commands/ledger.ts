import type { Command, CommandLine } from './command.ts';
import { UsageError } from './command.ts';
import { CONFIG } from './flags.ts';
import { printBodies } from './ledger/body.ts';
import { exportRows } from './ledger/export.ts';
import { FORMAT, FROM, JSON_ROWS, LINES, UNTIL } from './ledger/flags.ts';
import { tail } from './ledger/tail.ts';
import { verify } from './ledger/verify.ts';

/** `llm-proxy ledger`: what the gateway has served, as it stands in its database and its journal. */
export const ledger: Command = {
  name: 'ledger',
  summary: 'prove the sums of the ledger, write its rows to a file, watch them come, or show the bodies of a request',
  text: [
    '`verify` counts all again from the rows: the total, the sum over all callers and the sum over all models are the same, every sum by hour is what its rows come to, and so is what budgets were charged. `export` writes every row to standard output, the newest first. `tail` shows each request of the gateway on this machine as it ends, from the journal in `data_dir`; it needs no database.',
    '`body` prints what the client of a request sent, what each backend was sent and answered, and what the client got, where `log_bodies` has it kept. The audit log says that it was read.',
  ],
  argument: { name: 'ACTION', help: '`verify`, `export`, `tail` or `body`' },
  secondArgument: { name: 'ID', help: 'of `body`: the id or the trace id of a request' },
  flags: [CONFIG, FROM, UNTIL, FORMAT, LINES, JSON_ROWS],
  examples: [
    { words: ['ledger', 'verify'], does: 'says whether all sums are right' },
    { words: ['ledger', 'export', '--from', '7d'], does: 'prints the rows of seven days as JSON Lines' },
    {
      words: ['ledger', 'export', '--from', '2026-11-01', '--until', '2026-12-01', '--format', 'csv'],
      does: 'prints those of a month for a spreadsheet',
    },
    { words: ['ledger', 'body', '019ad2f0-7a00-7000-8000-000000000000'], does: 'prints the bodies of a request' },
    { words: ['ledger', 'tail'], does: 'shows each request as it ends' },
  ],
  exits: {
    1: 'the config is invalid or names no database; the database cannot be used; `verify`: something does not agree; `body`: there is no such request, or none of its bodies',
  },
  async run(line) {
    const { argument = '' } = line;
    const action = ACTIONS[argument];
    if (action === undefined) throw new UsageError(`ledger needs an action: ${Object.keys(ACTIONS).join(', ')}`);
    const alien = [FROM, UNTIL, FORMAT, LINES, JSON_ROWS].find(
      (flag) => line.flags.has(flag) && !action.flags.includes(flag),
    );
    if (alien !== undefined) throw new UsageError(`--${alien.name} does not go with ledger ${argument}`);
    if (action.named !== true && line.secondArgument !== undefined)
      throw new UsageError(`ledger ${argument} takes nothing more, and not ${line.secondArgument}`);
    if (action.named === true && (line.secondArgument ?? '') === '')
      throw new UsageError(`ledger ${argument} needs the id or the trace id of a request`);
    return await action.run(line);
  },
};

const ACTIONS: Readonly<Record<string, Action>> = {
  verify: { flags: [], run: verify },
  export: { flags: [FROM, UNTIL, FORMAT], run: exportRows },
  tail: { flags: [LINES, JSON_ROWS], run: tail },
  body: { flags: [JSON_ROWS], named: true, run: printBodies },
};

interface Action {
  readonly flags: readonly unknown[];
  /** It needs the id of a request. */
  readonly named?: true;
  run(line: CommandLine): Promise<number>;
}
