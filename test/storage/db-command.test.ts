// `llm-proxy db`, and the keys of the config that say where the database is.
import { Database } from 'bun:sqlite';
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { db } from '../../src/commands/db.ts';
import { parseConfig } from '../../src/config/load.ts';
import { secretsOf } from '../../src/config/secrets.ts';
import { storePlace } from '../../src/config/store-place.ts';
import { createRedactor } from '../../src/records/log/redact.ts';
import { MIGRATIONS } from '../../src/storage/migrations/migrations.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { UsageError } from '../../src/commands/command.ts';
import { startPostgres } from '../kit/postgres.ts';
import { runCommand } from '../kit/run-command.ts';
import { keyOf, rowsOf } from './rows.ts';

const server = await startPostgres();
const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-db-'));
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await server?.stop();
});

let count = 0;
function configFile(text: string): string {
  count += 1;
  const file = join(dir, `${count}.yaml`);
  writeFileSync(file, `listen: 127.0.0.1:1\n${text}\n`, { mode: 0o600 });
  return file;
}

describe('llm-proxy db', () => {
  test('makes a database in data_dir, tells of it, and backs it up while it is in use', async () => {
    const config = configFile('data_dir: kept');
    const database = join(dir, 'kept', 'llm-proxy.db');
    const before = await runCommand(db, ['status', '-c', config]);
    expect(before).toMatchObject({ code: 1, out: [`database  ${database}, not made yet`] });
    expect(before.err.join()).toContain(`${MIGRATIONS.length} of ${MIGRATIONS.length} steps of the schema are missing`);
    expect(statSync(dir).isDirectory()).toBe(true);
    expect(await Bun.file(database).exists()).toBe(false);
    const nothing = await runCommand(db, ['backup', '--into', join(dir, 'none.db'), '-c', config]);
    expect(nothing).toMatchObject({ code: 1, err: ['there is no database yet, so there is nothing to back up'] });
    expect(await runCommand(db, ['migrate', '-c', config])).toMatchObject({
      code: 0,
      out: [...MIGRATIONS.map(({ version, name }) => `schema ${version}: ${name}`), 'the schema is up to date'],
    });
    expect(await runCommand(db, ['migrate', '-c', config])).toMatchObject({ out: ['the schema was up to date'] });

    const store = await openStore({ kind: 'sqlite', file: database });
    await store.keys.insert(keyOf());
    await store.ledger.append(rowsOf(2000));
    const { code, out } = await runCommand(db, ['-c', config]);
    expect(code).toBe(0);
    expect(out).toContain('ledger    2 days, from 2026-11-03 to 2026-11-04');
    const copy = join(dir, 'copy.db');
    expect(await runCommand(db, ['backup', '--into', copy, '-c', config])).toMatchObject({ code: 0 });
    await store.close();
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const again = await runCommand(db, ['backup', '--into', copy, '-c', config]);
    expect(again).toMatchObject({ code: 1, err: [`${copy} exists: name a new file`] });
    const copied = await openStore({ kind: 'sqlite', file: copy });
    expect(await copied.keys.list()).toEqual([keyOf()]);
    expect(await copied.ledger.verify()).toMatchObject({ rows: 2000n, discrepancies: [] });
    await copied.close();
  });

  test.skipIf(server === undefined)('of PostgreSQL says how it is backed up, and never its password', async () => {
    const url = new URL((await server?.createDatabase()) ?? '');
    url.password = 'a-very-secret-word';
    const config = configFile(`database: "${url.href}"`);
    expect(await runCommand(db, ['migrate', '-c', config])).toMatchObject({ code: 0 });
    const told = await runCommand(db, ['backup', '--into', join(dir, 'x'), '-c', config]);
    expect(told.code).toBe(1);
    expect(told.err.join()).toContain(`pg_dump --format=custom --file=llm-proxy.dump 'postgres://127.0.0.1:`);
    const status = await runCommand(db, ['status', '-c', config]);
    expect(status.code).toBe(0);
    expect([...told.err, ...status.out].join()).not.toContain('a-very-secret-word');
  });

  test('says what is wrong with the config or the words', async () => {
    const none = configFile('');
    expect((await runCommand(db, ['-c', none])).err).toEqual([
      `${none} names no database: set data_dir to a folder, or database to a PostgreSQL URL`,
    ]);
    const away = configFile('database: postgres://me:a-very-secret-word@127.0.0.1:1/x');
    const { code, err } = await runCommand(db, ['status', '-c', away]);
    expect(code).toBe(1);
    expect(err.join()).toContain('the database postgres://127.0.0.1:1/x cannot be reached');
    expect(runCommand(db, ['drop', '-c', none])).rejects.toBeInstanceOf(UsageError);
    expect(runCommand(db, ['backup', '-c', none])).rejects.toBeInstanceOf(UsageError);
    expect(runCommand(db, ['status', '--into', 'x', '-c', none])).rejects.toBeInstanceOf(UsageError);
  });
});

describe('llm-proxy db verify', () => {
  test('follows the chain of the audit log, and says where it breaks', async () => {
    const config = configFile('data_dir: audited');
    const file = join(dir, 'audited', 'llm-proxy.db');
    const store = await openStore({ kind: 'sqlite', file });
    for (const id of ['1', '2', '3']) await store.audit.append({ ...ENTRY, id, target: `key-${id}` });
    const { head } = await store.audit.verify();
    await store.close();
    expect(await runCommand(db, ['verify', '-c', config])).toMatchObject({
      code: 0,
      out: [
        'audit log  3 entries in the chain',
        `last hash  ${head}`,
        'the chain is whole: no entry was changed or taken out',
      ],
    });
    new Database(file).run(`UPDATE audit SET actor = 'mallory' WHERE id = '2'`);
    expect(await runCommand(db, ['verify', '-c', config])).toMatchObject({
      code: 1,
      err: ['the chain breaks at entry 2: 2 is not as it was written'],
    });
  });
});

const ENTRY = {
  at: 1,
  actor: 'admin',
  clientIp: undefined,
  action: 'keys.create',
  before: undefined,
  after: { name: 'x' },
};

describe('the config', () => {
  const load = (text: string, env: Record<string, string> = {}) =>
    parseConfig(`listen: 127.0.0.1:1\n${text}`, { file: join(dir, 'config.yaml'), env }).config;

  test('names a file in data_dir, from its own folder; or a server', () => {
    const file = join(dir, 'config.yaml');
    expect(storePlace(load(''), file)).toBeUndefined();
    expect(storePlace(load('data_dir: kept'), file)).toEqual({ kind: 'sqlite', file: join(dir, 'kept/llm-proxy.db') });
    expect(storePlace(load('data_dir: /var/lib/x'), file)).toEqual({ kind: 'sqlite', file: '/var/lib/x/llm-proxy.db' });
    const both = load('data_dir: kept\ndatabase: ${DB}', { DB: 'postgresql://u:p@h/d' });
    expect(storePlace(both, file)).toEqual({ kind: 'postgres', url: 'postgresql://u:p@h/d' });
    writeFileSync(join(dir, 'url'), 'postgres://u:p@h/d\n', { mode: 0o600 });
    expect(load('database: file:url').database).toBe('postgres://u:p@h/d');
  });

  test('refuses what is no such URL, and does not repeat it', () => {
    for (const url of ['mysql://u:hunter2222@h/d', 'hunter2222', 'http://hunter2222']) {
      expect(() => load(`database: "${url}"`)).toThrow(/database: cannot be/);
      expect(() => load(`database: "${url}"`)).not.toThrow(/hunter2222/);
    }
  });

  test('masks the URL, and its password alone, in any encoding', () => {
    const config = load('database: postgres://llm:p%40ss%2Fword-1@db.example:5432/llm');
    const mask = createRedactor(secretsOf(config, {}));
    for (const secret of ['postgres://llm:p%40ss%2Fword-1@db.example:5432/llm', 'p%40ss%2Fword-1', 'p@ss/word-1'])
      expect(mask(`it is ${secret}.`)).not.toContain(secret);
  });
});

test('no code of a database is loaded before a store is opened', async () => {
  const root = join(import.meta.dir, '../..');
  const files = [...new Bun.Glob('src/**/*.ts').scanSync({ cwd: root })].filter((path) => !path.includes('.test.'));
  const eager: string[] = [];
  for (const path of files) {
    const text = await Bun.file(join(root, path)).text();
    const imported = [...text.matchAll(/^import (?!type)[^;]*? from '([^']+)';/gm)].map(([, from = '']) => from);
    const loads = (name: string): boolean => imported.some((from) => from.endsWith(name));
    const isInside = path.startsWith('src/storage/');
    if (!isInside && ['/connect-store.ts', '/database-report.ts', '/sqlite.ts', '/postgres.ts'].some(loads))
      eager.push(path);
    if (isInside && ['drivers/sqlite.ts', 'drivers/postgres.ts'].some(loads)) eager.push(path);
    if (/import \{[^}]*\bSQL\b[^}]*\} from 'bun'/.test(text) && !path.startsWith('src/storage/drivers/'))
      eager.push(path);
    if (path === 'src/storage/open-store.ts' && loads('/connect-store.ts')) eager.push(path);
  }
  expect(eager).toEqual([]);
});
