import { dirname } from 'node:path';
import { program } from './program.ts';

/** `jq`, as `program` finds it, and the environment that it needs. Its package keeps most of it in two libraries. */
export async function jq(): Promise<
  { readonly path: string; readonly env: Readonly<Record<string, string>> } | undefined
> {
  const installed = Bun.which('jq');
  if (installed !== null) return { path: installed, env: {} };
  const folder = `usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  const before = process.env.LD_LIBRARY_PATH;
  try {
    // Each is looked at by the linker when it is found, so what it needs has to be there.
    for (const [name, apt] of [
      ['libonig.so.5', 'libonig5'],
      ['libjq.so.1', 'libjq1'],
    ] as const) {
      const library = await program(name, { apt, path: `${folder}/${name}` });
      if (library === undefined) return undefined;
      process.env.LD_LIBRARY_PATH = [dirname(library), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
    }
    const path = await program('jq', { apt: 'jq', path: 'usr/bin/jq' });
    return path === undefined ? undefined : { path, env: { LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH ?? '' } };
  } finally {
    if (before === undefined) delete process.env.LD_LIBRARY_PATH;
    else process.env.LD_LIBRARY_PATH = before;
  }
}
