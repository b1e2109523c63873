import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { BunPlugin } from 'bun';
import { buildFiles } from '../src/console/build-files.ts';
import { pack } from '../src/console/packed-files.ts';
import { NOTHING_FROM_THE_WORKING_DIRECTORY } from './autoload.ts';
import type { Target } from './runtimes.ts';
import { runtimeFor } from './runtimes.ts';

/** The file that a platform's executable is released as. */
export function executableName(target: Target): string {
  return `llm-proxy-${target}${extension(target)}`;
}

/** `.exe` on Windows, where a program is known by it. */
export function extension(target: Target): string {
  return target.startsWith('windows') ? '.exe' : '';
}

/** Threads begin in files of their own. */
const THREADS = ['src/server/watchdog-worker.ts', 'src/storage/drivers/sqlite-worker.ts'];

/**
 * Builds the self-contained executable of `target` at `outfile`; without a target, for this platform with the Bun that
 * runs this. Rejects with what Bun says is wrong, or with where the runtime could not be had.
 */
export async function buildExecutable(
  outfile: string,
  version: string,
  target?: Target,
): Promise<{ readonly bytes: number }> {
  const console = await packedConsole(dirname(outfile));
  await Bun.build({
    entrypoints: ['src/main.ts', ...THREADS],
    minify: true,
    sourcemap: 'inline',
    bytecode: true,
    format: 'esm', // top-level await; the bytecode default is CommonJS
    plugins: [embedded(console)],
    define: { BUILD_VERSION: JSON.stringify(version) },
    compile: {
      outfile,
      ...(target && { target: `bun-${target}` as const, executablePath: await runtimeFor(target) }),
      ...NOTHING_FROM_THE_WORKING_DIRECTORY,
    },
  });
  await chmod(outfile, 0o755);
  // The maps are inside the executable; the copies beside it would only be shipped by mistake.
  const names = [
    basename(outfile, '.exe'),
    ...THREADS.map((path) => basename(path, '.ts')).map((name) => `${name}.js`),
  ];
  for (const name of names) await rm(join(dirname(outfile), `${name}.map`), { force: true });
  await rm(dirname(console), { recursive: true });
  return { bytes: Bun.file(outfile).size };
}

/** Builds the console and packs it into one file, in a folder of its own below `folder`. */
async function packedConsole(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(await mkdtemp(join(resolve(folder), 'console-')), 'console.bin');
  await Bun.write(path, pack(await buildFiles()));
  return path;
}

/** Has the executable carry the packed console. */
function embedded(path: string): BunPlugin {
  const contents = `import path from ${JSON.stringify(path)} with { type: 'file' };\nexport const EMBEDDED = path;\n`;
  return {
    name: 'console',
    setup: (build) =>
      void build.onLoad({ filter: /[\\/]console[\\/]embedded\.ts$/ }, () => ({ contents, loader: 'ts' })),
  };
}
