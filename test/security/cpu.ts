// What something costs, told in a way that a busy machine does not change much.

/** So much larger is the larger of two inputs. */
const STEP = 4;
/** Twice the input may cost 2.5 times as much, and so four times the input this. */
const MOST_TIMES = 2.5 ** Math.log2(STEP);
/** Costs below this say more of collectors and compilers than of what was run. */
const TOO_LITTLE_MS = 20;
const TRIES = 3;
/** So many times the inputs are made larger before one is sure. */
const STEPS = 2;
/** What takes so long need not be made larger. */
const LONG_MS = 1500;

/** How much more CPU an input takes than one of a fourth of its size, at best. */
export interface Growth {
  readonly times: number;
  readonly ms: number;
  readonly largerMs: number;
}

/**
 * Runs inputs of `size` and of four times that; where the cost looks as if it grew faster, larger ones, for that happens
 * once by itself where a cache or the young generation of the heap is full. What grows faster at every size is returned
 * as it showed last.
 */
export function growthOf<T>(size: number, make: (size: number) => T, run: (input: T) => unknown): Growth {
  let growth = measured(size, make, run);
  for (let step = 1; step <= STEPS && !isLinear(growth) && growth.largerMs < LONG_MS; step++) {
    growth = measured(size * STEP ** step, make, run);
  }
  return growth;
}

function measured<T>(size: number, make: (size: number) => T, run: (input: T) => unknown): Growth {
  const [input, larger] = [make(size), make(STEP * size)];
  let growth: Growth = { times: Infinity, ms: Infinity, largerMs: Infinity };
  for (let tries = 0; tries < TRIES && !isLinear(growth); tries++) {
    const ms = Math.min(
      growth.ms,
      cpuOf(() => run(input)),
    );
    const largerMs = Math.min(
      growth.largerMs,
      cpuOf(() => run(larger)),
    );
    growth = { times: largerMs / ms, ms, largerMs };
  }
  return growth;
}

/** Whether the cost is in proportion to the size, as far as can be told. */
export function isLinear({ times, largerMs }: Growth): boolean {
  return times <= MOST_TIMES || largerMs < TOO_LITTLE_MS;
}

/** The milliseconds of CPU that this thread takes to run something. */
export function cpuOf(run: () => unknown): number {
  const from = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(from);
  return (user + system) / 1000;
}
