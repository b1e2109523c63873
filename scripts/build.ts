// The self-contained executables in dist/: for this platform (`make dev`), for all of them with checksums (`--all`,
// `make build-all`), or for one of them (`--target=linux-arm64`, the Dockerfile).
import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { buildVersion } from './build-version.ts';
import { compress, writeChecksums } from './checksums.ts';
import { buildExecutable, executableName } from './executable.ts';
import type { Target } from './runtimes.ts';
import { TARGETS } from './runtimes.ts';

const DIST = 'dist';

const version = await buildVersion();
await mkdir(DIST, { recursive: true });
const { values: options } = parseArgs({ options: { all: { type: 'boolean' }, target: { type: 'string' } } });
if (options.all) {
  const files: string[] = [];
  for (const target of TARGETS) {
    const file = await build(target);
    // What scripts download is the compressed one; a person takes the file that runs as it is.
    files.push(file, await compress(file));
  }
  console.log(await writeChecksums(files, DIST));
} else {
  await build(options.target === undefined ? undefined : targetNamed(options.target));
}

/** Builds for `target`, or for this platform if there is none, and returns the file's path. */
async function build(target?: Target): Promise<string> {
  const name = target === undefined ? `llm-proxy${process.platform === 'win32' ? '.exe' : ''}` : executableName(target);
  const outfile = `${DIST}/${name}`;
  const startedAt = performance.now();
  try {
    const { bytes } = await buildExecutable(outfile, version, target);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${outfile} ${version} (${(bytes / 1e6).toFixed(0)} MB, ${seconds} s)`);
  } catch (error) {
    report(error, target);
    process.exit(1);
  }
  return outfile;
}

function targetNamed(name: string): Target {
  const found = TARGETS.find((target) => target === name);
  if (found !== undefined) return found;
  console.error(`--target takes one of ${TARGETS.join(', ')}`);
  process.exit(2);
}

/** Says what failed, and for a foreign platform where its runtime was to come from. */
function report(error: unknown, target: Target | undefined): void {
  const reasons = error instanceof AggregateError ? error.errors : [error];
  for (const reason of reasons) console.error(String(reason));
  if (target === undefined) return;
  console.error(
    `\nCould not build for ${target}. A build for another platform takes that platform's Bun ${Bun.version} from the ` +
      'npm registry, and only the one that package-lock.json names: see the error above.',
  );
}
