import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { $ } from 'bun';

/** Where a program is found that is not on PATH. */
export interface Package {
  /** The Debian package, `prometheus` say. */
  readonly apt: string;
  /** The program inside it, without a leading slash: `usr/bin/promtool`. */
  readonly path: string;
}

/**
 * The path of a real program: the one on PATH, else that of a Debian package, unpacked below node_modules without root and
 * kept there. Where it cannot be had, prints why and returns undefined, so that the test can be skipped; on Linux in CI it
 * throws instead, so that nothing goes untested without anybody noticing. Await it at the top of a test file: a download
 * takes longer than a test may.
 */
export function program(name: string, from: Package): Promise<string | undefined> {
  let found = asked.get(name);
  if (found === undefined) asked.set(name, (found = find(name, from)));
  return found;
}

const CACHE = resolve(import.meta.dir, '../../node_modules/.cache/programs');

/** Each program is looked for once in a process. */
const asked = new Map<string, Promise<string | undefined>>();

async function find(name: string, { apt, path }: Package): Promise<string | undefined> {
  const installed = onPath(name);
  if (installed !== null) return installed;
  const unpacked = join(CACHE, apt, path);
  try {
    if (!existsSync(unpacked)) await unpack(apt);
    if (!existsSync(unpacked)) throw new Error(`the package has no ${path}`);
    await assertLinked(unpacked);
    return unpacked;
  } catch (error) {
    const why = `${name} is not on PATH, and Debian's package ${apt} does not give it: ${reason(error)}`;
    if (process.env.CI !== undefined && process.platform === 'linux') throw new Error(why, { cause: error });
    console.warn(`${why}. What needs it is skipped; install ${apt} to run it.`);
    return undefined;
  }
}

/**
 * Unpacks a package into its folder of the cache. Two processes may do so at once: each works in a folder of its own, and
 * the first to rename it wins.
 */
async function unpack(apt: string): Promise<void> {
  for (const tool of ['apt-get', 'dpkg']) if (onPath(tool) === null) throw new Error(`there is no ${tool} here`);
  await mkdir(CACHE, { recursive: true });
  const dir = await mkdtemp(join(CACHE, `.${apt}-`));
  try {
    await download(apt, dir);
    const archive = (await readdir(dir)).find((file) => file.endsWith('.deb'));
    if (archive === undefined) throw new Error('apt-get download left no .deb');
    const files = join(dir, 'files');
    await $`dpkg -x ${archive} ${files}`.cwd(dir).quiet();
    await rename(files, join(CACHE, apt)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Downloads by the system's package lists; where those are missing or old, by lists of our own, which need no root. */
async function download(apt: string, dir: string): Promise<void> {
  const known = await $`apt-get download ${apt}`.cwd(dir).quiet().nothrow();
  if (known.exitCode === 0) return;
  const lists = join(dir, 'lists');
  await mkdir(join(lists, 'partial'), { recursive: true });
  const own = ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${dir}`, '-o', 'APT::Sandbox::User='];
  await $`apt-get ${own} update`.cwd(dir).quiet();
  await $`apt-get ${own} download ${apt}`.cwd(dir).quiet();
}

/** Throws where a shared library is missing: the package is unpacked without those that it depends on. */
async function assertLinked(path: string): Promise<void> {
  const { stdout } = await $`ldd ${path}`.quiet().nothrow();
  const missing = [...stdout.toString().matchAll(/^\s*(\S+) => not found/gm)].map(([, library]) => library);
  if (missing.length > 0) throw new Error(`it needs ${missing.join(', ')}`);
}

function reason(error: unknown): string {
  if (error instanceof $.ShellError) return error.stderr.toString().trim().split('\n').at(-1) ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

/** By PATH as it is now; by itself Bun goes by that of the start. */
function onPath(name: string): string | null {
  return Bun.which(name, { PATH: process.env.PATH ?? '' });
}
