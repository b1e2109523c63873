import { dirname } from 'node:path';
import { $ } from 'bun';
import { program } from './program.ts';

/** How Ruby is called, without its gems. */
export interface Ruby {
  readonly cmd: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The Ruby on PATH, else that of Debian's packages; undefined, with the reason printed, where there is none. */
export async function ruby(): Promise<Ruby | undefined> {
  const installed = Bun.which('ruby');
  if (installed !== null) return { cmd: [installed, '--disable-gems'], env: {} };
  const version = await packagedVersion();
  // The program and its library are two packages.
  const folder = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch as string] ?? process.arch;
  const name = `libruby-${version}.so.${version}`;
  const library = await program(name, { apt: `libruby${version}`, path: `usr/lib/${folder}/${name}` });
  if (library === undefined) return undefined;
  const env = { LD_LIBRARY_PATH: dirname(library) };
  Object.assign(process.env, env);
  try {
    const found = await program(`ruby${version}`, { apt: `ruby${version}`, path: `usr/bin/ruby${version}` });
    return found === undefined ? undefined : { cmd: [found, '--disable-gems'], env };
  } finally {
    delete process.env['LD_LIBRARY_PATH'];
  }
}

/** The version that this system's package `ruby` stands for. */
async function packagedVersion(): Promise<string> {
  if (Bun.which('apt-cache') === null) return '3.1';
  const { stdout } = await $`apt-cache depends ruby`.quiet().nothrow();
  return /Depends: ruby(\d+\.\d+)/.exec(stdout.toString())?.[1] ?? '3.1';
}
