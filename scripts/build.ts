// The self-contained executables in dist/: for this platform (`make dev`), for all of them with checksums (`--all`,
// `make build-all`), or for one of them (`--target=linux-arm64`, the Dockerfile).
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { version as packageVersion } from '../package.json';
import { NOTHING_FROM_THE_WORKING_DIRECTORY } from './autoload.ts';
import type { Target } from './runtimes.ts';
import { runtimeFor, TARGETS } from './runtimes.ts';

const version = await buildVersion();
await mkdir('dist', { recursive: true });
const { values: options } = parseArgs({ options: { all: { type: 'boolean' }, target: { type: 'string' } } });
if (options.all) {
  const files: string[] = [];
  for (const target of TARGETS) files.push(await build(target));
  await writeChecksums(files);
} else {
  await build(options.target === undefined ? undefined : targetNamed(options.target));
}

/** Builds for `target`, or for this platform if there is none, and returns the file's path. */
async function build(target?: Target): Promise<string> {
  const windows = target?.startsWith('windows') ?? process.platform === 'win32';
  const outfile = `dist/llm-proxy${target ? `-${target}` : ''}${windows ? '.exe' : ''}`;
  const startedAt = performance.now();
  try {
    await Bun.build({
      // Threads begin in files of their own.
      entrypoints: ['src/main.ts', 'src/server/watchdog-worker.ts'],
      minify: true,
      sourcemap: 'inline',
      bytecode: true,
      format: 'esm', // top-level await; the bytecode default is CommonJS
      define: { BUILD_VERSION: JSON.stringify(version) },
      compile: {
        outfile,
        ...(target && { target: `bun-${target}` as const, executablePath: await runtimeFor(target) }),
        ...NOTHING_FROM_THE_WORKING_DIRECTORY,
      },
    });
  } catch (error) {
    report(error, target);
    process.exit(1);
  }
  await chmod(outfile, 0o755);
  // The map is inside the executable; the copy beside it would only be shipped by mistake.
  await rm(`${outfile.replace(/\.exe$/, '')}.map`, { force: true });
  const megabytes = (Bun.file(outfile).size / 1e6).toFixed(0);
  console.log(`${outfile} ${version} (${megabytes} MB, ${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
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

/** The package's version; between releases with the commit, so that two builds can be told apart. */
async function buildVersion(): Promise<string> {
  const described = await git('describe', '--tags', '--always', '--dirty', '--match', 'v*');
  if (described === undefined || described === `v${packageVersion}`) return packageVersion;
  return `${packageVersion}+${described.replace(/^v/, '').replaceAll(/[^0-9A-Za-z.-]/g, '-')}`;
}

/** The output of a git command; undefined where there is no git, no repository or no commit. */
async function git(...args: string[]): Promise<string | undefined> {
  if (Bun.which('git') === null) return undefined;
  const child = Bun.spawn(['git', ...args], { stdin: 'ignore', stdout: 'pipe', stderr: 'ignore' });
  const [output, code] = await Promise.all([child.stdout.text(), child.exited]);
  return code === 0 && output.trim() !== '' ? output.trim() : undefined;
}

/** Writes dist/SHA256SUMS in the format of `sha256sum -c`. */
async function writeChecksums(files: readonly string[]): Promise<void> {
  const lines = await Promise.all(
    files.map(
      async (file) =>
        `${createHash('sha256')
          .update(await readFile(file))
          .digest('hex')}  ${basename(file)}\n`,
    ),
  );
  await writeFile('dist/SHA256SUMS', lines.join(''));
  console.log('dist/SHA256SUMS');
}
