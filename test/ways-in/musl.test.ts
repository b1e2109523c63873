// The executables for musl, in a file system that has musl, BusyBox and libstdc++ and nothing of this machine: what Alpine
// Linux is made of.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compress, writeChecksums } from '../../scripts/checksums.ts';
import { executableName } from '../../scripts/executable.ts';
import { command, endAll, start } from '../kit/command.ts';
import { ANSWER, ask, started } from '../kit/demo.ts';
import { BUILT_VERSION, executable } from '../kit/executable.ts';
import { findFreePort } from '../kit/gateway.ts';
import { muslFiles } from '../kit/musl.ts';
import { program } from '../kit/program.ts';
import { canEnterRoots, inRoot } from '../kit/root.ts';

const TARGET = 'linux-x64-musl';
const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-musl-'));
const root = join(dir, 'root');
const files = await muslFiles();
const busybox =
  files === undefined ? undefined : await program('busybox', { apt: 'busybox-static', path: 'bin/busybox' });
const canRun = files !== undefined && busybox !== undefined && (await canEnterRoots(join(dir, 'probe')));

let server: Bun.Server<undefined> | undefined;

beforeAll(async () => {
  if (!canRun) return;
  for (const folder of ['proc', 'dev', 'bin', 'tmp', 'home', 'work'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const [path, file] of files) put(file, path);
  put(busybox, '/bin/busybox');
  for (const name of 'awk cat chmod df grep gunzip id mkdir mktemp mv rm sh sha256sum tail uname wget'.split(' '))
    symlinkSync('busybox', join(root, 'bin', name));
  copyFileSync(join(import.meta.dir, '../../install.sh'), join(root, 'work/install.sh'));

  const release = join(dir, 'release');
  mkdirSync(release);
  const file = join(release, executableName(TARGET));
  copyFileSync(await executable(TARGET), file);
  await writeChecksums([await compress(file, 1)], release);
  server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request) => new Response(Bun.file(join(release, new URL(request.url).pathname.split('/').at(-1) ?? ''))),
  });
});

afterAll(async () => {
  endAll();
  await server?.stop(true);
  rmSync(dir, { recursive: true });
});

function put(file: string, path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  copyFileSync(file, join(root, path));
}

const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
const inside = (cmd: string[]): string[] => inRoot({ root, cwd: '/work', uid, gid }, cmd);
const options = (): { cwd: string; env: Record<string, string> } => ({
  cwd: dir,
  env: {
    PATH: `/bin:${process.env.PATH}`,
    HOME: '/home',
    LLM_PROXY_DOWNLOAD_URL: `http://127.0.0.1:${server?.port}`,
    LLM_PROXY_INSTALL_DIR: '/bin',
  },
});

describe.skipIf(!canRun)('on musl', () => {
  test('the installer takes the executable for it, which answers', async () => {
    const installed = await command(inside(['/bin/sh', 'install.sh']), options());
    expect(installed).toMatchObject({ code: 0, err: '' });
    expect(installed.out).toContain(`llm-proxy ${BUILT_VERSION} is installed: /bin/llm-proxy`);

    const port = await findFreePort();
    const gateway = start(inside(['/bin/llm-proxy', 'serve', '--listen', `127.0.0.1:${port}`]), options());
    await started(gateway);
    expect(await ask(port)).toEqual(ANSWER);
    gateway.signal('SIGTERM');
    expect(await gateway.exited).toBe(0);
    expect(gateway.stderr()).toContain('stopped');
  });

  test('without libstdc++ it says what to install, and installs nothing', async () => {
    for (const path of files?.keys() ?? []) if (path.includes('libstdc++')) rmSync(join(root, path));
    const refused = await command(inside(['/bin/sh', 'install.sh']), {
      ...options(),
      env: { ...options().env, LLM_PROXY_INSTALL_DIR: '/tmp' },
    });
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('apk add libstdc++');
    expect(refused.out).not.toContain('is installed');
  });
});
