import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildExecutable } from '../../scripts/executable.ts';
import type { Target } from '../../scripts/runtimes.ts';
import { TARGETS } from '../../scripts/runtimes.ts';

/** What this machine's executable is released as; undefined where there is none for it. */
export const HOST = TARGETS.find((target) => target === hostName());

/** The version that the executables of tests say they are. */
export const BUILT_VERSION = '0.1.0+test';

/** The path of the executable for this machine, or for another of Linux, which a run of tests builds once. */
export function executable(target?: Target): Promise<string> {
  let building = built.get(target);
  if (building === undefined) built.set(target, (building = build(target)));
  return building;
}

const built = new Map<Target | undefined, Promise<string>>();

/** A folder in it for each run, by its process id. */
const RUNS = resolve(import.meta.dir, '../../node_modules/.cache/executables');

async function build(target?: Target): Promise<string> {
  removeFormerRuns();
  const name = process.platform === 'win32' ? 'llm-proxy.exe' : 'llm-proxy';
  const path = join(RUNS, `${process.pid}`, target ?? 'host', name);
  await buildExecutable(path, BUILT_VERSION, target);
  return path;
}

/** A run of tests gets no word of its own end, so the next one tidies up. */
function removeFormerRuns(): void {
  mkdirSync(RUNS, { recursive: true });
  for (const pid of readdirSync(RUNS)) {
    if (!isRunning(Number(pid))) rmSync(join(RUNS, pid), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function hostName(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const isMusl = process.platform === 'linux' && header.glibcVersionRuntime === undefined;
  return `${system}-${process.arch}${isMusl ? '-musl' : ''}`;
}
