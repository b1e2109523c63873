// Who else may read log files, what they can be made to overwrite, and how much of the disk they take.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createLog } from '../../src/records/log/log.ts';
import type { Log, LogSettings } from '../../src/records/log/log.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { logSettings } from '../kit/log-settings.ts';

const DAY_MS = 86_400_000;
const isPosix = process.platform !== 'win32';

let root = '';
let dir = '';
let clock: FakeClock;
let shown: string[] = [];
const logs: Log[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'log-files-'));
  dir = join(root, 'logs');
  // Files carry the disk's time, so the held clock starts with it.
  clock = new FakeClock(0, Date.now());
  shown = [];
});

afterEach(async () => {
  for (const log of logs.splice(0)) await log.close();
  rmSync(root, { recursive: true, force: true });
});

function open(changes: Partial<LogSettings> = {}): Log {
  const log = createLog(logSettings(dir, changes), { clock, console: (text) => void shown.push(text) });
  logs.push(log);
  return log;
}

async function write(log: Log, ...msgs: string[]): Promise<void> {
  for (const msg of msgs) {
    log.info(msg);
    await log.flush();
  }
}

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** All bytes of all files of the folder. */
function bytesOf(folder: string): number {
  const names = readdirSync(folder, { recursive: true }) as string[];
  const files = names.map((name) => statSync(join(folder, name))).filter((state) => state.isFile());
  return files.reduce((sum, { size }) => sum + size, 0);
}

function fill(name: string, bytes: number, ageDays: number): void {
  const path = join(dir, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, 'x'.repeat(bytes - 1) + '\n');
  const at = (clock.wallNow() - ageDays * DAY_MS) / 1000;
  utimesSync(path, at, at);
}

describe.skipIf(!isPosix)('others on the machine', () => {
  test('get no right to new files and folders', async () => {
    const before = process.umask(0);
    try {
      dir = join(root, 'deep', 'logs');
      const log = open({ separateFiles: true });
      log.error('a line');
      await log.flush();
    } finally {
      process.umask(before);
    }
    for (const folder of [join(root, 'deep'), dir, join(dir, 'errors')])
      expect([folder, mode(folder)]).toEqual([folder, '750']);
    expect(mode(join(dir, 'general.log'))).toBe('640');
    const [dated = ''] = readdirSync(join(dir, 'errors'));
    expect(mode(join(dir, 'errors', dated))).toBe('640');
  });

  test('lose what rights an earlier version gave them', async () => {
    mkdirSync(join(dir, 'errors'), { recursive: true, mode: 0o755 });
    writeFileSync(join(dir, 'general.log'), '{}\n', { mode: 0o644 });
    chmodSync(join(dir, 'general.log'), 0o644);
    chmodSync(join(dir, 'errors'), 0o755);
    const log = open({ separateFiles: true });
    log.error('a line');
    await log.flush();
    expect(mode(join(dir, 'general.log'))).toBe('640');
    expect(mode(join(dir, 'errors'))).toBe('750');
  });

  test('a stricter umask stays in force, and compressed files are no wider', async () => {
    fill('general.001.log', 1000, 2);
    const before = process.umask(0o077);
    try {
      await write(open(), 'a line');
    } finally {
      process.umask(before);
    }
    expect(mode(join(dir, 'general.log'))).toBe('600');
    expect(mode(join(dir, 'general.001.log.gz'))).toBe('600');
  });
});

describe.skipIf(!isPosix)('a symbolic link', () => {
  const refused = (path: string): RegExp =>
    new RegExp(
      `^ERROR log files cannot be written, lines are being dropped: ${RegExp.escape(path)} is a symbolic link`,
    );

  async function expectRefused(log: Log, path: string): Promise<void> {
    for (const msg of ['one', 'two', 'three']) {
      log.error(msg);
      await log.flush();
      clock.advance(1000);
    }
    const told = shown.map((text) => text.slice(9)).filter((text) => text.includes('cannot be written'));
    expect(told).toEqual([expect.stringMatching(refused(path))]);
    // The console has every line.
    expect(shown).toHaveLength(4);
    expect(log.droppedLines).toBeGreaterThanOrEqual(3);
  }

  test('in the place of a log file is not followed', async () => {
    const victim = join(root, 'victim');
    writeFileSync(victim, 'precious\n');
    mkdirSync(dir);
    symlinkSync(victim, join(dir, 'general.log'));
    await expectRefused(open(), join(dir, 'general.log'));
    expect(readFileSync(victim, 'utf8')).toBe('precious\n');
  });

  test('to nothing does not make that file', async () => {
    mkdirSync(dir);
    symlinkSync(join(root, 'made'), join(dir, 'general.log'));
    await expectRefused(open(), join(dir, 'general.log'));
    expect(existsSync(join(root, 'made'))).toBe(false);
  });

  test.each(['logs', 'logs/errors'])('in the place of the folder %s is not followed', async (name) => {
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(elsewhere);
    if (name !== 'logs') mkdirSync(dir);
    symlinkSync(elsewhere, join(root, name));
    await expectRefused(open({ separateFiles: true }), join(root, name));
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test('that takes the place of a file while that is written to is noticed', async () => {
    const victim = join(root, 'victim');
    writeFileSync(victim, '');
    const log = open();
    await write(log, 'one');
    rmSync(join(dir, 'general.log'));
    symlinkSync(victim, join(dir, 'general.log'));
    clock.advance(1000);
    await write(log, 'two');
    expect(readFileSync(victim, 'utf8')).toBe('');
    expect(shown).toHaveLength(1);
  });

  test('in the place of a rotated file is neither counted, nor read, nor written through', async () => {
    const victim = join(root, 'victim');
    writeFileSync(victim, 'precious\n');
    utimesSync(victim, 0, 0);
    mkdirSync(dir);
    symlinkSync(victim, join(dir, 'general.001.log'));
    symlinkSync(victim, join(dir, 'general.002.log.gz.part'));
    fill('general.002.log', 1000, 2);
    await write(open({ maxAgeDays: 7 }), 'a line');
    expect(readFileSync(victim, 'utf8')).toBe('precious\n');
    expect(gunzipSync(readFileSync(join(dir, 'general.002.log.gz')))).toHaveLength(1000);
  });
});

test.skipIf(!isPosix)('a pipe in the place of a log file does not hang the gateway', async () => {
  mkdirSync(dir);
  Bun.spawnSync(['mkfifo', join(dir, 'general.log')]);
  const log = open();
  await write(log, 'one');
  expect(log.droppedLines).toBe(1);
  expect(shown[0]).toContain('is no regular file');
});

describe('all log files together', () => {
  test('never take more than they may, whatever is written, and the newest lines are kept', async () => {
    const maxTotalBytes = 40_000;
    const log = open({ separateFiles: true, maxTotalBytes, maxFileBytes: 1_000_000 });
    for (let n = 0; n < 400; n++) {
      log.error(`line ${n}`, { pad: 'x'.repeat(300) });
      await log.flush();
      expect(bytesOf(dir)).toBeLessThanOrEqual(maxTotalBytes);
    }
    expect(log.droppedLines).toBe(0);
    expect(readFileSync(join(dir, 'general.log'), 'utf8')).toContain('line 399');
    // Room is used, not just kept free.
    expect(bytesOf(dir)).toBeGreaterThan(maxTotalBytes / 2);
  });

  test('make room by the oldest first, of whatever kind, and leave alone what is not theirs', async () => {
    fill('general.001.log.gz', 10_000, 3);
    fill('general.2.log', 10_000, 0.5);
    fill('errors/2020-01-01.log', 10_000, 4);
    fill('requests/2020-01-02.001.log', 10_000, 0.2);
    fill('mine.txt', 50_000, 9);
    await write(open({ maxTotalBytes: 25_000 }), 'a line');
    expect(
      (readdirSync(dir, { recursive: true }) as string[]).filter((name) => /\.(log|gz|txt)$/.test(name)).sort(),
    ).toEqual(['general.2.log', 'general.log', 'mine.txt', 'requests/2020-01-02.001.log']);
  });

  test('a limit that is lowered is kept to at once, by what is written to last of all', async () => {
    const log = open({ maxTotalBytes: 1_000_000 });
    for (let n = 0; n < 50; n++) log.info(`line ${n}`, { pad: 'x'.repeat(1000) });
    await log.flush();
    expect(bytesOf(dir)).toBeGreaterThan(50_000);
    log.configure(logSettings(dir, { maxTotalBytes: 10_000 }));
    await write(log, 'after');
    expect(bytesOf(dir)).toBeLessThanOrEqual(10_000);
    expect(readFileSync(join(dir, 'general.log'), 'utf8')).toContain('after');
  });

  test('lines that there is no room for at all are dropped, counted and told once', async () => {
    const log = open({ maxTotalBytes: 1000 });
    for (let n = 0; n < 3; n++) {
      log.info('too long', { pad: 'x'.repeat(2000) });
      await log.flush();
    }
    expect(log.droppedLines).toBe(3);
    expect(shown).toHaveLength(1);
    expect(shown[0]).toContain('logging.max_total_mb');
    await write(log, 'short');
    expect(readFileSync(join(dir, 'general.log'), 'utf8')).toContain('short');
  });

  test('asks the disk for files when room is short, not for every line', async () => {
    const log = open({ maxTotalBytes: 1_000_000 });
    await write(log, 'one');
    // Not ours to count until the next look.
    fill('general.007.log', 2_000_000, 0);
    await write(log, 'two');
    expect(existsSync(join(dir, 'general.007.log'))).toBe(true);
    clock.advance(3_600_000);
    await write(log, 'three');
    expect(existsSync(join(dir, 'general.007.log'))).toBe(false);
  });
});

describe('a rotated file', () => {
  test('is compressed after a day, with its time, and deleted by age then', async () => {
    const log = open({ maxFileBytes: 100, maxAgeDays: 7, separateFiles: true });
    await write(log, 'line 1', 'line 2', 'line 3');
    expect(
      readdirSync(dir)
        .filter((name) => name.startsWith('general'))
        .sort(),
    ).toEqual(['general.000001.log', 'general.000002.log', 'general.log']);
    const written = readFileSync(join(dir, 'general.000001.log'));
    const { mtimeMs } = statSync(join(dir, 'general.000001.log'));
    clock.advance(DAY_MS + 3_600_000);
    await log.flush();
    expect(
      readdirSync(dir)
        .filter((name) => name.startsWith('general'))
        .sort(),
    ).toEqual(['general.000001.log.gz', 'general.000002.log.gz', 'general.log']);
    expect(gunzipSync(readFileSync(join(dir, 'general.000001.log.gz')))).toEqual(written);
    expect(Math.abs(statSync(join(dir, 'general.000001.log.gz')).mtimeMs - mtimeMs)).toBeLessThan(2);
    await write(log, 'line 4');
    // The number goes on from the compressed ones.
    expect(existsSync(join(dir, 'general.000003.log'))).toBe(true);
    clock.advance(7 * DAY_MS);
    await log.flush();
    expect(readdirSync(dir)).not.toContain('general.000001.log.gz');
  });

  test('that another process is compressing is left to it', async () => {
    fill('general.000001.log', 50_000, 2);
    fill('general.000001.log.gz.part', 10, 0);
    await write(open(), 'a line');
    expect(readdirSync(dir).sort()).toEqual(['general.000001.log', 'general.000001.log.gz.part', 'general.log']);
    expect(statSync(join(dir, 'general.000001.log.gz.part')).size).toBe(10);
  });

  test('whose compression was cut short by the end of the process is whole, and what is left of that goes', async () => {
    fill('general.001.log', 50_000, 2);
    fill('general.001.log.gz.part', 10, 2);
    fill('errors/2020-01-01.log.gz.part', 10, 2);
    await write(open(), 'a line');
    expect(gunzipSync(readFileSync(join(dir, 'general.001.log.gz')))).toHaveLength(50_000);
    expect((readdirSync(dir, { recursive: true }) as string[]).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
