import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { $ } from 'bun';
import { cached } from '../../scripts/cached.ts';
import { PROGRAMS, whyNot } from './programs.ts';

/** Where a program is found that is not on PATH. */
export interface Package {
  /** The Debian package, `prometheus` say. */
  readonly apt: string;
  /** The program inside it, without a leading slash: `usr/bin/promtool`. `bin/…` and `lib/…` may be in `usr`, too. */
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

/** Each program is looked for once in a process. */
const asked = new Map<string, Promise<string | undefined>>();

async function find(name: string, { apt, path }: Package): Promise<string | undefined> {
  const installed = onPath(name);
  if (installed !== null) return installed;
  try {
    const unpacked = fileOf(await unpack(apt), path);
    await assertLinked(unpacked);
    return unpacked;
  } catch (error) {
    const why = `${name} is not on PATH, and Debian's package ${apt} does not give it: ${whyNot(error)}`;
    if (process.env.CI !== undefined && process.platform === 'linux') throw new Error(why, { cause: error });
    console.warn(`${why}. What needs it is skipped; install ${apt} to run it.`);
    return undefined;
  }
}

/** The folder of a package's files. */
async function unpack(apt: string): Promise<string> {
  return await cached(join(PROGRAMS, apt), async (dir) => {
    for (const tool of ['apt-get', 'dpkg']) if (onPath(tool) === null) throw new Error(`there is no ${tool} here`);
    await download(apt, dir);
    const archive = (await readdir(dir)).find((file) => file.endsWith('.deb'));
    if (archive === undefined) throw new Error('apt-get download left no .deb');
    const files = join(dir, 'files');
    await $`dpkg -x ${archive} ${files}`.cwd(dir).quiet();
    return files;
  });
}

/** A file of an unpacked package. Since all of /bin and /lib moved to /usr, some releases have them there and some have not. */
export function fileOf(folder: string, path: string): string {
  const found = [path, `usr/${path}`, path.replace(/^usr\//, '')].find((one) => existsSync(join(folder, one)));
  if (found === undefined) throw new Error(`the package has no ${path}`);
  return join(folder, found);
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

/** By PATH as it is now; by itself Bun goes by that of the start. */
function onPath(name: string): string | null {
  return Bun.which(name, { PATH: process.env.PATH ?? '' });
}
