import { existsSync, readFileSync } from 'node:fs';

/** What a process has used so far. */
interface Used {
  /** CPU time in the kernel's ticks, of which there are 100 a second. */
  readonly ticks: number;
  readonly residentBytes: number;
}

/** One case may take as much CPU as so many plain requests of a megabyte, and as much again for each megabyte it sends. */
const MOST_PLAIN_REQUESTS = 60;
/** One case may make the process grow by so much, and by this for each byte it sends. */
const MOST_GROWTH_BYTES = 256 * 1024 * 1024;
const MOST_GROWTH_PER_BYTE = 64;
const CALIBRATIONS = 50;

/**
 * What a case may cost the gateway, in CPU time and memory. CPU is compared with plain requests to the same process, so
 * that the machine's speed does not count. Known on Linux alone: elsewhere nothing is held against a case.
 */
export class Footprint {
  #ticksPerPlainRequest = Infinity;

  constructor(private readonly pid: number) {}

  get isKnown(): boolean {
    return existsSync(`/proc/${this.pid}/stat`);
  }

  /** Learns what a plain request costs. */
  async calibrate(askPlainly: () => Promise<unknown>): Promise<void> {
    if (!this.isKnown) return;
    const before = this.read().ticks;
    for (let n = 0; n < CALIBRATIONS; n++) await askPlainly();
    this.#ticksPerPlainRequest = Math.max(0.1, (this.read().ticks - before) / CALIBRATIONS);
  }

  read(): Used {
    if (!this.isKnown) return { ticks: 0, residentBytes: 0 };
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { ticks: Number(fields[11]) + Number(fields[12]), residentBytes: Number(fields[21]) * 4096 };
  }

  /** What is wrong with what has been used since `before` for a request of so many bytes. */
  judge(before: Used, bytes: number): string | undefined {
    const after = this.read();
    const ticks = after.ticks - before.ticks;
    const mostTicks = this.#ticksPerPlainRequest * MOST_PLAIN_REQUESTS * (1 + bytes / 1_000_000);
    // A few ticks are the garbage of earlier cases.
    if (ticks > mostTicks + 10) return `took ${ticks * 10} ms of CPU, of at most ${Math.round(mostTicks * 10)}`;
    const grown = after.residentBytes - before.residentBytes;
    const mostGrown = MOST_GROWTH_BYTES + bytes * MOST_GROWTH_PER_BYTE;
    if (grown > mostGrown) return `took ${Math.round(grown / 2 ** 20)} MiB of memory`;
    return undefined;
  }
}
