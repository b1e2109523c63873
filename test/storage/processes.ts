import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { StorePlace } from '../../src/storage/open-store.ts';
import { eventually } from '../kit/settled.ts';

const CHILD = join(import.meta.dir, 'child.ts');
/** In blocks of 512 or 1024 bytes, by the shell: a few thousand rows. */
const FULL_DISK_BLOCKS = 3000;

/** What a child is to do. */
export interface ChildOptions {
  readonly rows?: number;
  readonly batch?: number;
  /** As which user it runs. */
  readonly uid?: number;
}

/** Runs `child.ts` to its end. `fill` runs under a limit of the sizes of files, which stands for a disk that is full. */
export async function childOf(
  action: 'migrate' | 'write' | 'fill',
  place: StorePlace,
  options: ChildOptions = {},
): Promise<{ code: number | null; err: string }> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const words = [process.execPath, CHILD, action, JSON.stringify(place), JSON.stringify(options)];
  const script = `trap '' XFSZ; ulimit -f ${FULL_DISK_BLOCKS}; exec "$@"`;
  const [program = '', ...args] = action === 'fill' ? ['bash', '-c', script, 'bash', ...words] : words;
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  let err = '';
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  child.once('exit', (code) => resolve(code));
  return { code: await promise, err };
}

/** A process that writes rows until it is killed. */
export interface Writer {
  /** Resolves when it has written so many batches, or has ended. */
  hasWritten(batches: number): Promise<void>;
  /** Kills it at once; resolves to whether it was still writing. */
  kill(): Promise<boolean>;
}

export function startWriter(place: StorePlace, options: ChildOptions): Writer {
  const child = spawn(process.execPath, [CHILD, 'write', JSON.stringify(place), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let batches = 0;
  child.stdout.on('data', (text: Buffer) => (batches += text.toString().split('\n').length - 1));
  const ended = Promise.withResolvers<void>();
  child.once('exit', () => ended.resolve());
  return {
    async hasWritten(count) {
      await eventually(() => batches >= count || child.exitCode !== null, { timeoutMs: 60_000, everyMs: 1 });
    },
    async kill() {
      const isWriting = child.exitCode === null;
      child.kill('SIGKILL');
      await ended.promise;
      return isWriting;
    },
  };
}
