import { write } from 'node:fs';

/** Takes text for a terminal or pipe without ever blocking the caller. */
export interface ConsoleWriter {
  (text: string): void;
  /** Resolves when what was given so far is out, or after a second if the reader has stopped reading. */
  flush(): Promise<void>;
  /** Takes what makes the line that stands where lines were left out: whoever formats the others formats it. */
  onLeftOut(told: (lines: number) => string): void;
}

/** Writes to stderr (or `fd`) in batches, one write in flight. Over 1 MiB unwritten, text is left out and that is said. */
export function stderrWriter(fd = 2): ConsoleWriter {
  let pending = '';
  let left = 0;
  let running: Promise<void> | undefined;
  let wroteAt = -Infinity;
  let leftOut = (lines: number): string => `(${lines} lines left out here)\n`;

  const drain = async (): Promise<void> => {
    // A line after a silence goes out at once, with those of the same turn. Under load a write for each turn of the
    // event loop would cost more than the lines do.
    const quietMs = performance.now() - wroteAt;
    if (quietMs < BUSY_PAUSE_MS) await Bun.sleep(BUSY_PAUSE_MS - quietMs);
    else await new Promise<void>((resolve) => void setImmediate(resolve));
    while (pending !== '') {
      const batch = pending;
      pending = '';
      await writeAll(fd, Buffer.from(batch));
      if (left > 0) pending = leftOut(left) + pending;
      left = 0;
    }
    wroteAt = performance.now();
    running = undefined;
  };
  const take = (text: string): void => {
    if (pending.length + text.length > MAX_PENDING_CHARS) left++;
    else pending += text;
    running ??= drain();
  };
  const flush = async (): Promise<void> => {
    await Promise.race([running, Bun.sleep(FLUSH_PATIENCE_MS)]);
  };
  const onLeftOut = (told: typeof leftOut): void => {
    leftOut = told;
  };
  return Object.assign(take, { flush, onLeftOut });
}

const MAX_PENDING_CHARS = 1 << 20;
const FLUSH_PATIENCE_MS = 1000;
const FULL_PIPE_PAUSE_MS = 10;
const BUSY_PAUSE_MS = 20;

/** Text that cannot be written (a closed pipe, say) is let go: there is nowhere left to complain. */
async function writeAll(fd: number, data: Buffer): Promise<void> {
  for (let offset = 0; offset < data.length;) {
    const result = await new Promise<number | NodeJS.ErrnoException>((resolve) => {
      write(fd, data, offset, data.length - offset, null, (error, bytes) => resolve(error ?? bytes));
    });
    if (typeof result === 'number') offset += result;
    else if (result.code === 'EAGAIN') await Bun.sleep(FULL_PIPE_PAUSE_MS);
    else return;
  }
}
