import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildExecutable } from '../../scripts/executable.ts';
import type { Target } from '../../scripts/runtimes.ts';
import { TARGETS } from '../../scripts/runtimes.ts';

/** What this machine's executable is released as; undefined where there is none for it. */
export const HOST = TARGETS.find((target) => target === hostName());

/** The version that the executables of tests say they are. */
export const BUILT_VERSION = '0.1.0+test';

/** The path of the executable for this machine, or for another of Linux. Each is built once in a process. */
export function executable(target?: Target): Promise<string> {
  let built = builds.get(target);
  if (built === undefined) builds.set(target, (built = build(target)));
  return built;
}

const builds = new Map<Target | undefined, Promise<string>>();
const folder = mkdtempSync(join(tmpdir(), 'llm-proxy-executable-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

async function build(target?: Target): Promise<string> {
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
