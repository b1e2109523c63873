import { posix } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where a worker's file is that lies beside the module `from`. In the executable, files lie as they did under `src`, which is its `folder`. */
export function workerUrl(folder: string, file: string, from: string): URL {
  const isCompiled = Bun.main.startsWith('/$bunfs/') || Bun.main.includes('~BUN');
  return isCompiled ? new URL(`./${posix.join(folder, file)}`, pathToFileURL(Bun.main)) : new URL(`./${file}`, from);
}
