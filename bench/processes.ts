// Child processes of the benchmark: started here, measured through /proc, ended here by their ids.
import { readdirSync, readFileSync } from 'node:fs';

/** A started program and what can be known of it. */
export interface Program {
  pid: number;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

const CLOCK_TICKS_PER_SECOND = 100; // USER_HZ: 100 on every Linux that /proc/<pid>/stat is read on
const STOP_WITHIN_MS = 5000;

const running = new Set<Bun.Subprocess>();

/** Starts a program whose output goes to `log`; it ends with the benchmark whatever happens. */
export function start(
  argv: string[],
  log: string,
  env: Record<string, string> = {},
): Program & { exitCode(): number | null } {
  const child = Bun.spawn(argv, {
    stdin: 'ignore',
    stdout: Bun.file(log),
    stderr: Bun.file(`${log}.err`),
    env: { ...process.env, ...env },
  });
  return { pid: child.pid, stop: register(child), exitCode: () => child.exitCode };
}

/** Starts a program of this folder that prints one JSON line at a time, and returns its lines as they come. */
export function startTalking(
  argv: string[],
  env: Record<string, string> = {},
): Program & { lines: AsyncGenerator<string> } {
  const child = Bun.spawn(argv, {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
    env: { ...process.env, ...env },
  });
  return { pid: child.pid, stop: register(child), lines: linesOf(child.stdout) };
}

/** Ends all that still runs, at once: for the way out. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** CPU time in µs that the process, its threads and all its descendants have used so far. */
export function cpuMicros(pid: number): number {
  let ticks = 0;
  for (const process of family(pid)) {
    // The fields after the command's name, which may hold spaces: utime, stime, and those of waited-for children.
    const fields = stat(process);
    if (fields !== undefined) for (const index of [11, 12, 13, 14]) ticks += Number(fields[index]);
  }
  return (ticks * 1e6) / CLOCK_TICKS_PER_SECOND;
}

/** Resident memory in bytes of the process and all its descendants. */
export function residentBytes(pid: number): number {
  let kilobytes = 0;
  for (const process of family(pid)) {
    const status = readProc(`/proc/${process}/status`);
    kilobytes += Number(/^VmRSS:\s+(\d+) kB$/m.exec(status ?? '')?.[1] ?? 0);
  }
  return kilobytes * 1024;
}

/** A TCP port on loopback that was free a moment ago. */
export function freePort(): number {
  const probe = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
  const { port } = probe;
  probe.stop(true);
  return port;
}

/** Waits until `url` answers 200; false when it did not within `withinMs`. */
export async function answers(url: string, withinMs: number, everyMs = 20): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (performance.now() < until) {
    const ok = await fetch(url, { signal: AbortSignal.timeout(1000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return true;
    await Bun.sleep(everyMs);
  }
  return false;
}

function register(child: Bun.Subprocess): () => Promise<void> {
  running.add(child);
  void child.exited.then(() => running.delete(child));
  return async () => {
    child.kill('SIGTERM');
    const stopped = await Promise.race([child.exited.then(() => true), Bun.sleep(STOP_WITHIN_MS).then(() => false)]);
    if (!stopped) child.kill('SIGKILL');
    await child.exited;
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** The process and its descendants. */
function family(root: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? Number(stat(pid)?.[1]) : NaN;
    if (!Number.isNaN(parent)) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), pid]);
  }
  const found = [root];
  for (const pid of found) found.push(...(childrenOf.get(pid) ?? []));
  return found;
}

/** The fields of /proc/<pid>/stat from the state on, so that the parent is at 1; undefined when it is gone. */
function stat(pid: number): string[] | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // the process ended between being listed and being read
  }
}
