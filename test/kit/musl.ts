import { copyFile, mkdir, readdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { $ } from 'bun';
import { cached } from '../../scripts/cached.ts';
import { program } from './program.ts';
import { PROGRAMS } from './programs.ts';

/**
 * A package that carries GCC 12's libstdc++ for musl, as Alpine Linux 3.17 has it. Newer ones are built so that Debian's
 * musl 1.2.3 does not load them (relative relocations came with 1.2.4).
 */
const WHEEL = 'pikepdf==8.4.0 --hash=sha256:a87d4cc42d0adb436d108387274c2618afed73fca1eb3505a636d051344c6abe';
const PLATFORM = ['--platform', 'musllinux_1_2_x86_64', '--python-version', '3.11', '--implementation', 'cp'];

/** Files that make a root one of musl, by the path that they have there. */
export type MuslFiles = ReadonlyMap<string, string>;

/**
 * The loader of musl, and the C++ libraries beside it. Where they cannot be had, prints why and returns undefined; in CI
 * throws instead, if there is the npm that brings the runtime for musl.
 */
export async function muslFiles(): Promise<MuslFiles | undefined> {
  const why = await hindrance();
  if (why === undefined) {
    const loader = await program('ld-musl-x86_64.so.1', { apt: 'musl', path: 'lib/ld-musl-x86_64.so.1' });
    if (loader === undefined) return undefined;
    const libraries = await cxxLibraries();
    return new Map([['/lib/ld-musl-x86_64.so.1', await realpath(loader)], ...libraries]);
  }
  console.warn(`The executables for musl are not run: ${why}.`);
  return undefined;
}

async function hindrance(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return `this is ${process.platform} on ${process.arch}`;
  if (Bun.which('npm') === null) return 'there is no npm to bring the runtime for musl';
  const { exitCode } = await $`python3 -m pip --version`.quiet().nothrow();
  if (exitCode === 0) return undefined;
  const text = 'there is no pip to bring libstdc++ for musl';
  if (process.env.CI !== undefined) throw new Error(text);
  return text;
}

/** Downloads them once, by hash. */
async function cxxLibraries(): Promise<[path: string, file: string][]> {
  const folder = await cached(join(PROGRAMS, 'musl-libstdc++'), async (work) => {
    await writeFile(join(work, 'wheel.txt'), WHEEL);
    await $`python3 -m pip download --quiet --require-hashes --no-deps --only-binary=:all: ${PLATFORM} --abi cp311 --dest ${work} --requirement ${join(work, 'wheel.txt')}`.quiet();
    const wheel = (await readdir(work)).find((name) => name.endsWith('.whl')) ?? '';
    await $`python3 -m zipfile -e ${wheel} files`.cwd(work).quiet();
    const libraries = join(work, 'libraries');
    await mkdir(libraries);
    for (const name of await readdir(join(work, 'files/pikepdf.libs'))) {
      // The other is looked for by the name that the package gave it.
      const as = name.startsWith('libstdc++') ? 'libstdc++.so.6' : name;
      if (/^lib(?:stdc\+\+|gcc_s)/.test(name))
        await copyFile(join(work, 'files/pikepdf.libs', name), join(libraries, as));
    }
    return libraries;
  });
  return (await readdir(folder)).map((name) => [`/usr/lib/${name}`, join(folder, name)]);
}
