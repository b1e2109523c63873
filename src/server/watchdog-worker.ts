// The watchdog's thread: an entry point of its own in the executable. It shares no more with the rest than a counter, and
// imports as little as it can.
import { dlopen } from 'bun:ffi';
import { appendFile, constants, readFileSync, write } from 'node:fs';
import { localDate, localTime } from '../lib/local-time.ts';

/** What the watchdog is told, and told anew when it changes. */
export interface WatchdogOrders {
  /** Counts up while the event loop turns. */
  readonly beats: Int32Array;
  readonly limitMs: number;
  readonly logFile: string | undefined;
  readonly asJson: boolean;
  readonly consoleAsJson: boolean;
  /** The process was told to stop, and has so long to do it. */
  readonly stopWithinMs: number | undefined;
}

declare const self: Worker;

/** Of the process, as `EX_SOFTWARE` of sysexits.h: no other end has it. */
const EXIT_CODE = 70;
/** A limit is watched in so many steps. */
const STEPS = 10;
/** Whoever does not take the last line must not keep the process. */
const LAST_WORDS_MS = 500;
const STDERR = 2;

let orders: WatchdogOrders | undefined;
let timer: ReturnType<typeof setInterval> | undefined;
let lastBeat = 0;
/**
 * Time is counted in steps that this thread has lived through, not read from a clock: a process that was suspended, or a
 * machine that was asleep, wakes up with one step gone.
 */
let missedSteps = 0;
let stopSteps = 0;
let hasEnded = false;

self.onmessage = ({ data }: MessageEvent<WatchdogOrders>): void => {
  const { limitMs, stopWithinMs } = data;
  if (stopWithinMs !== undefined && orders?.stopWithinMs === undefined) stopSteps = 0;
  missedSteps = 0;
  orders = data;
  clearInterval(timer);
  timer = setInterval(step, limitMs / STEPS);
};

function step(): void {
  if (orders === undefined || hasEnded) return;
  const { beats, limitMs, stopWithinMs } = orders;
  const beat = Atomics.load(beats, 0);
  missedSteps = beat === lastBeat ? missedSteps + 1 : 0;
  lastBeat = beat;
  if (missedSteps >= STEPS) end('the event loop stands still: the process is ended', limitMs);
  if (stopWithinMs === undefined) return;
  stopSteps++;
  if (stopSteps * (limitMs / STEPS) >= stopWithinMs)
    end('the shutdown does not end: the process is ended', stopWithinMs);
}

function end(msg: string, limitMs: number): void {
  if (hasEnded || orders === undefined) return;
  hasEnded = true;
  const now = new Date();
  const fields = { limit_ms: limitMs, main_thread: mainThread() };
  const entry = { level: 'error', ts: now.toISOString(), msg, ...fields };
  const { logFile, asJson, consoleAsJson } = orders;
  const json = `${JSON.stringify(entry)}\n`;
  const text = `${pairs({ ...entry, msg: JSON.stringify(msg) }, ' ')}\n`;
  let left = logFile === undefined ? 1 : 2;
  const written = (): void => {
    left--;
    if (left === 0) exit();
  };
  // Neither may block: a full pipe or a hung disk may be why the loop stands still.
  setTimeout(exit, LAST_WORDS_MS);
  // As on the console, with the day: this thread does not know which was said there last.
  write(
    STDERR,
    consoleAsJson ? json : `${localDate(now)} ${localTime(now)} ERROR ${msg}  ${pairs(fields, '  ')}\n`,
    written,
  );
  const flag = constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW;
  if (logFile !== undefined) appendFile(logFile, asJson ? json : text, { flag: flag as unknown as string }, written);
}

function pairs(fields: Readonly<Record<string, string | number>>, between: string): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(between);
}

/** Whether it computes, or waits for the system: where to look first. */
function mainThread(): 'busy' | 'waiting' | 'unknown' {
  try {
    const { pid } = process;
    const stat = readFileSync(`/proc/self/task/${pid}/stat`, 'utf8');
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'R' ? 'busy' : 'waiting';
  } catch {
    return 'unknown';
  }
}

/** A worker's `process.exit` ends the worker alone, so the system is asked. */
function exit(): void {
  try {
    const library = process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6';
    dlopen(library, { _exit: { args: ['i32'], returns: 'void' } }).symbols._exit(EXIT_CODE);
  } catch {
    // No such library (musl, Windows): the end counts for more than its code.
  }
  process.kill(process.pid, 'SIGKILL');
}
