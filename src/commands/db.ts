import { loadConfig } from '../config/load.ts';
import { ConfigError, formatProblem } from '../config/problem.ts';
import { storePlace } from '../config/store-place.ts';
import { commandLine } from '../lib/called-as.ts';
import { printable } from '../lib/printable.ts';
import type { StorePlace } from '../storage/open-store.ts';
import { StoreUnavailable } from '../storage/store-errors.ts';
import type { Command, CommandLine, Flag } from './command.ts';
import { maskLikely, UsageError } from './command.ts';
import { verify } from './db/verify.ts';
import { CONFIG, configPath } from './flags.ts';

const INTO: Flag = { name: 'into', value: 'PATH', help: 'the file to write a backup into; it must not exist' };

/** `llm-proxy db`: looks after the database that a config names. */
export const db: Command = {
  name: 'db',
  summary: 'look at the database, bring its schema up to date, back it up, or verify its audit log',
  text: [
    '`status` says where the database is, which schema it has and which days its ledger holds; it changes nothing. `migrate` brings the schema up to date, as every start does; two at once are safe. `backup` copies a database in `data_dir` into a new file while the gateway runs; of PostgreSQL it says which of its own tools does that. `verify` follows the chain of the audit log, whose entries have a hash each over themselves and the one before: it says whether one was changed or taken out.',
    'Which database that is, `data_dir` and `database` of the config say.',
  ],
  argument: { name: 'ACTION', help: '`status`, `migrate`, `backup` or `verify`; without it: `status`' },
  flags: [CONFIG, INTO],
  examples: [
    { words: ['db', 'status'], does: 'says which schema the database has' },
    { words: ['db', 'migrate'], does: 'brings it up to date before the gateway starts' },
    { words: ['db', 'backup', '--into', 'backup.db'], does: 'copies it while the gateway runs' },
    { words: ['db', 'verify'], does: 'says whether the audit log is as it was written' },
  ],
  exits: {
    1: 'the config is invalid or names no database; the database cannot be used; no backup was made; `status`: the schema is not that of this program; `verify`: the audit log is not as it was written',
  },
  run,
};

async function run(line: CommandLine): Promise<number> {
  const action = line.argument ?? 'status';
  const act = ACTIONS[action];
  if (act === undefined && action !== 'verify')
    throw new UsageError(`there is no db ${action} (status, migrate, backup, verify)`);
  if (line.flags.has(INTO) && action !== 'backup') throw new UsageError(`--${INTO.name} goes with db backup`);
  if (action === 'backup' && !line.flags.has(INTO)) throw new UsageError('db backup needs --into PATH');
  if (act === undefined) return await verify(line);
  try {
    const file = configPath(line);
    const { config } = await loadConfig(file, line.env);
    const place = storePlace(config, file);
    if (place === undefined) {
      line.err(`${file} names no database: set data_dir to a folder, or database to a PostgreSQL URL`);
      return 1;
    }
    return await act(place, line);
  } catch (error) {
    if (error instanceof ConfigError) for (const each of error.problems) say(line, formatProblem(each));
    else if (error instanceof StoreUnavailable) say(line, error.message);
    else throw error;
    return 1;
  }
}

const ACTIONS: Readonly<Record<string, (place: StorePlace, line: CommandLine) => Promise<number>>> = {
  status,
  migrate,
  backup,
};

async function status(place: StorePlace, { out, err }: CommandLine): Promise<number> {
  const { reportOn } = await import('../storage/database-report.ts');
  const report = await reportOn(place);
  out(`database  ${report.place}${report.exists ? '' : ', not made yet'}`);
  for (const { version, name, appliedAt } of report.applied)
    out(`schema ${version}  ${printable(name)}, since ${new Date(appliedAt).toISOString()}`);
  const first = report.days.at(0);
  const last = report.days.at(-1);
  if (first !== undefined && last !== undefined)
    out(`ledger    ${report.days.length} days, from ${dateOf(first)} to ${dateOf(last)}`);
  const known = report.applied.length + report.missing.length;
  if (report.missing.length > 0)
    err(
      `${report.missing.length} of ${known} steps of the schema are missing: ${commandLine('db', 'migrate')} takes them, and so does a start`,
    );
  else if (report.isNewer) err('the schema is that of a newer llm-proxy: start that one');
  return report.missing.length > 0 || report.isNewer ? 1 : 0;
}

async function migrate(place: StorePlace, { out }: CommandLine): Promise<number> {
  const { migrateAt } = await import('../storage/database-report.ts');
  const taken = await migrateAt(place);
  for (const { version, name } of taken) out(`schema ${version}: ${name}`);
  out(taken.length === 0 ? 'the schema was up to date' : 'the schema is up to date');
  return 0;
}

async function backup(place: StorePlace, { flags, out, err }: CommandLine): Promise<number> {
  const { backUp } = await import('../storage/database-report.ts');
  const file = flags.value(INTO) ?? '';
  try {
    const outcome = await backUp(place, file);
    if (outcome.kind === 'made') {
      out(`${file} written`);
      return 0;
    }
    err(
      outcome.kind === 'advice'
        ? `PostgreSQL is backed up by its own tools, with its user and password: ${outcome.command}`
        : 'there is no database yet, so there is nothing to back up',
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof StoreUnavailable || code === undefined) throw error;
    err(code === 'EEXIST' ? `${file} exists: name a new file` : `${file} cannot be written: ${code}`);
  }
  return 1;
}

function dateOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

function say({ err }: CommandLine, message: string): void {
  err(printable(maskLikely(message)));
}
