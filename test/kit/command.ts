import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A program that runs, with what it has printed so far. */
export interface Running {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  signal(name: NodeJS.Signals): void;
  /** The exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
}

export interface CommandOptions {
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a program. Its output goes to files, because on a busy machine Bun now and then misses the end of a pipe. A file that
 * calls this calls `endAll` after all of its tests: one that fails leaves its program running.
 */
export function start(cmd: readonly string[], { cwd, env }: CommandOptions): Running {
  const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-command-'));
  const [out, err] = [join(dir, 'out'), join(dir, 'err')];
  const [outFd, errFd] = [openSync(out, 'a'), openSync(err, 'a')];
  const child = Bun.spawn([...cmd], { cwd, env, stdin: 'ignore', stdout: outFd, stderr: errFd });
  running.add(child);
  folders.add(dir);
  closeSync(outFd);
  closeSync(errFd);
  return {
    pid: child.pid,
    stdout: () => readFileSync(out, 'utf8'),
    stderr: () => readFileSync(err, 'utf8'),
    signal: (name) => child.kill(name),
    exited: child.exited.then((code) => {
      running.delete(child);
      return child.signalCode ?? code;
    }),
  };
}

/** Kills what still runs of what was started, with all that it has started, and removes the output. */
export function endAll(): void {
  for (const { pid } of running) for (const one of [...descendants(pid), pid]) kill(one);
  running.clear();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}

/** Runs a program to its end. */
export async function command(
  cmd: readonly string[],
  options: CommandOptions,
): Promise<{ readonly code: number | NodeJS.Signals; readonly out: string; readonly err: string }> {
  const child = start(cmd, options);
  const code = await child.exited;
  return { code, out: child.stdout(), err: child.stderr() };
}

/** A folder with links to these programs and nothing else, for a PATH; programs that this machine has not are left out. */
export function pathOf(folder: string, programs: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  for (const name of new Set(programs)) {
    const program = Bun.which(name);
    if (program !== null && !existsSync(join(folder, name))) symlinkSync(program, join(folder, name));
  }
  return folder;
}

const running = new Set<Bun.Subprocess>();
const folders = new Set<string>();
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The processes that a process has started, and those that they have; none where the system has no /proc. */
function descendants(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return [];
  const children = readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [...descendants(child), child]);
}
