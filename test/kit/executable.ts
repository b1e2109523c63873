import { join } from 'node:path';
import { buildExecutable } from '../../scripts/executable.ts';
import type { Target } from '../../scripts/runtimes.ts';
import { TARGETS } from '../../scripts/runtimes.ts';

/** What this machine's executable is released as; undefined where there is none for it. */
export const HOST = TARGETS.find((target) => target === hostName());

/** The version that the executables of tests say they are. */
export const BUILT_VERSION = '0.1.0+test';

/** Builds the executable for this machine, or for another of Linux, in a folder of the test's own; its path. */
export async function executable(folder: string, target?: Target): Promise<string> {
  const path = join(folder, target ?? 'host', process.platform === 'win32' ? 'llm-proxy.exe' : 'llm-proxy');
  await buildExecutable(path, BUILT_VERSION, target);
  return path;
}

function hostName(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const isMusl = process.platform === 'linux' && header.glibcVersionRuntime === undefined;
  return `${system}-${process.arch}${isMusl ? '-musl' : ''}`;
}
