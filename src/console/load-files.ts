import { EMBEDDED } from './embedded.ts';
import type { ConsoleFiles } from './console-file.ts';
import { unpack } from './packed-files.ts';

let loading: Promise<ConsoleFiles> | undefined;

/**
 * The files of the console: those in the executable, or, from source, built now. Once: all who ask get the same. Rejects
 * if the sources cannot be built, and then tries again for the next.
 */
export function loadFiles(): Promise<ConsoleFiles> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<ConsoleFiles> {
  if (EMBEDDED !== undefined) return unpack(new Uint8Array(await Bun.file(EMBEDDED).arrayBuffer()));
  const { buildFiles } = await import('./build-files.ts');
  return await buildFiles();
}
