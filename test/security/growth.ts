/** Work that takes `n` of something. What it works on is made before it is measured. */
export type Grows = (n: number) => () => unknown;

/** How far a measure goes. */
export interface Extent {
  /** The most elements that are tried. */
  readonly mostN: number;
  /** Once a run takes so long, in milliseconds of CPU, it is not made longer. */
  readonly enoughMs: number;
}

/** What grew more than its input did. */
export interface Growth {
  readonly n: number;
  /** CPU at n and at 2n, in milliseconds. */
  readonly ms: readonly [number, number];
}

/** Twice the input may take so many times as long. */
const MOST_RATIO = 2.5;
const LEAST_N = 64;
/** Below, in milliseconds, clocks and collectors decide. */
const LEAST_MS = 0.4;
/** What takes less cannot be told from nothing. */
const TICK_MS = 0.1;
const DOUBLINGS = 3;
const TIMES = 4;
/** A run that takes so long, in milliseconds, needs no larger one to prove anything. */
const LONG_MS = 1500;

/**
 * Doubles the input as long as that is quick, and compares what it takes. Undefined: it takes in proportion. What looks
 * otherwise is measured again and again at growing n, for on a busy machine anything may look so once.
 */
export function growthOf(grows: Grows, { mostN, enoughMs }: Extent): Growth | undefined {
  let before = cpuMs(grows(LEAST_N), 1);
  for (let n = LEAST_N; 2 * n <= mostN; n *= 2) {
    const after = cpuMs(grows(2 * n), 1);
    if (after > MOST_RATIO * before && after >= LEAST_MS) {
      const growth = confirmed(grows, n);
      if (growth !== undefined) return growth;
    }
    if (after >= enoughMs) return undefined;
    before = after;
  }
  return undefined;
}

/**
 * The growth from n on, if every one of several doublings shows it, each time. One that does not is the machine's: where
 * a cache or the youngest generation of the heap is full, costs rise once. The last time the heap is tidied before each
 * run: what other tests have left in it would be collected on the account of whoever fills it next.
 */
function confirmed(grows: Grows, from: number): Growth | undefined {
  let growth: Growth | undefined;
  for (let time = 0; time < TIMES; time++) {
    const isLast = time === TIMES - 1;
    let before = cpuMs(grows(from), 3, isLast);
    for (let doubling = 1; doubling <= DOUBLINGS && before < LONG_MS; doubling++) {
      const n = from * 2 ** doubling;
      const after = cpuMs(grows(n), 3, isLast);
      if (after < MOST_RATIO * before) return undefined;
      growth = { n: n / 2, ms: [before, after] };
      before = after;
    }
  }
  return growth;
}

/**
 * The least that some runs took. The process's CPU counts what the collector does beside the thread, the clock counts
 * what others do on the machine; neither is ever less than what the work itself takes. (A thread's own CPU is told in
 * steps of some milliseconds.)
 */
function cpuMs(run: () => unknown, times: number, isTidied = false): number {
  let least = Infinity;
  for (let time = 0; time < times; time++) {
    if (isTidied) Bun.gc(true);
    const startedAt = performance.now();
    const cpu = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(cpu);
    least = Math.min(least, performance.now() - startedAt, (user + system) / 1000);
    if (least > LONG_MS) break;
  }
  return Math.max(least, TICK_MS);
}
