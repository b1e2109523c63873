import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { shellWord } from '../../src/lib/called-as.ts';

/** As whom and where a program runs that takes a folder for the whole file system. */
export interface InRoot {
  /** The folder; it needs an empty `proc` and `dev`. */
  readonly root: string;
  /** Its working directory, within that. */
  readonly cwd: string;
  readonly uid: number;
  readonly gid: number;
  /** Folders that are seen elsewhere in it, as a container's volumes. */
  readonly mounts?: readonly Mount[];
}

/** A folder of the machine and the path by which a root has it. */
export interface Mount {
  readonly from: string;
  readonly to: string;
  readonly readOnly: boolean;
}

/**
 * The command line that runs a program in such a file system, as a container does but for the network, which is the
 * machine's. `/proc` and `/dev` are there too: without the first glibc does not find the bounds of its stack.
 */
export function inRoot({ root, cwd, uid, gid, mounts = [] }: InRoot, cmd: readonly string[]): string[] {
  const steps = ['/proc', '/dev'].map((path) => ['mount', '--rbind', path, `${root}${path}`]);
  for (const { from, to, readOnly } of mounts)
    steps.push(['mount', '-o', readOnly ? 'bind,ro' : 'bind', from, `${root}${to}`]);
  const mounted = [
    'sh',
    '-c',
    `${steps.map((words) => words.map(shellWord).join(' ')).join(' && ')} && exec "$@"`,
    'sh',
  ];
  const at = ['--root', root, '--wd', cwd];
  if (process.getuid?.() === 0) {
    const as = ['unshare', ...at, '--setuid', `${uid}`, '--setgid', `${gid}`];
    return ['setpriv', '--clear-groups', 'unshare', '--mount', ...mounted, ...as, ...cmd];
  }
  // Without root a user may be anybody in a namespace of their own; all files of theirs are that one's there.
  const as = ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, ...at];
  return ['unshare', '--user', '--map-root-user', '--mount', ...mounted, ...as, ...cmd];
}

/**
 * Whether this machine lets the tests do so. Where not, prints why, so that a test can be skipped; on Linux in CI throws
 * instead.
 */
export async function canEnterRoots(root: string): Promise<boolean> {
  const why = await hindrance(root);
  if (why === undefined) return true;
  const text = `No program can be run in a file system of its own here: ${why}`;
  if (process.env.CI !== undefined && process.platform === 'linux') throw new Error(text);
  console.warn(`${text}. What needs it is skipped.`);
  return false;
}

async function hindrance(root: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return `this is ${process.platform}, not Linux`;
  for (const tool of ['unshare', 'mount', 'setpriv']) if (Bun.which(tool) === null) return `there is no ${tool}`;
  for (const folder of ['proc', 'dev']) mkdirSync(join(root, folder), { recursive: true });
  await copyProgram(Bun.which('true') ?? '/bin/true', root, '/bin/true');
  const child = Bun.spawn(inRoot({ root, cwd: '/', uid: 65532, gid: 65532 }, ['/bin/true']), { stderr: 'pipe' });
  const [said, code] = await Promise.all([child.stderr.text(), child.exited]);
  return code === 0 ? undefined : said.trim() || `exit code ${code}`;
}

/** Copies a program into a root, with the libraries that it is linked with. */
export async function copyProgram(program: string, root: string, to: string): Promise<void> {
  const files = [[program, to] as const, ...(await librariesOf(program)).map((path) => [path, path] as const)];
  for (const [from, path] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(from, join(root, path));
  }
}

/** The files of the libraries that a program is linked with, its loader included. */
export async function librariesOf(program: string): Promise<string[]> {
  const listed = await Bun.spawn(['ldd', program], { stdout: 'pipe', stderr: 'ignore' }).stdout.text();
  return [...listed.matchAll(/(?:=> |^\s+)(\/\S+)/gm)].map(([, path = '']) => path);
}
