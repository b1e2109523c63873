// `curl … | sh` of install.sh against a release that is served on loopback, by every shell that this machine has.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compress, writeChecksums } from '../../scripts/checksums.ts';
import { executableName } from '../../scripts/executable.ts';
import { REPOSITORY } from '../../src/lib/version.ts';
import { TARGETS } from '../../scripts/runtimes.ts';
import { command, endAll, pathOf, start } from '../kit/command.ts';
import { BUILT_VERSION, executable, HOST } from '../kit/executable.ts';
import { ANSWER, ask, documentedCommands, started } from '../kit/demo.ts';
import { findFreePort } from '../kit/gateway.ts';
import { program } from '../kit/program.ts';
import { hasTool, requiredTool } from '../kit/required-tool.ts';
import { eventually } from '../kit/settled.ts';

const ROOT = join(import.meta.dir, '../..');
const SCRIPT = readFileSync(join(ROOT, 'install.sh'), 'utf8');
/** `owner/name` */
const [, NAME = ''] = /github\.com\/(.+)$/.exec(REPOSITORY) ?? [];
/** Where the script is. */
const ADDRESS = `https://raw.githubusercontent.com/${NAME}/main/install.sh`;
const onPosix = process.platform !== 'win32';
/** What downloads for the script. */
const downloaders = onPosix ? ['curl', 'wget'].filter(hasTool) : [];
const canInstall = downloaders.length > 0 && HOST !== undefined;
/** What the script may call, but for what downloads. */
const TOOLS = 'awk cat chmod df dirname grep gunzip gzip id ldd mkdir mktemp mv rm sha256sum shasum tail uname'.split(
  ' ',
);

const shellcheck = onPosix ? await program('shellcheck', { apt: 'shellcheck', path: 'usr/bin/shellcheck' }) : undefined;
const busybox =
  process.platform === 'linux' ? await program('busybox', { apt: 'busybox-static', path: 'bin/busybox' }) : undefined;

let dir: string;
let releases: string;
let url: string;
let server: Bun.Server<undefined>;
const asked: string[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'llm-proxy-installer-'));
  releases = join(dir, 'releases');
  for (const version of ['0.1.0', '0.2.0']) {
    await release(version, (target) => `#!/bin/sh\necho ${version} for ${target}\n`);
  }
  server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      // As at GitHub.
      if (pathname.startsWith('/latest/'))
        return Response.redirect(pathname.replace('latest/download', 'download/v0.2.0'));
      const file = Bun.file(join(releases, pathname.replace('/download/', '')));
      return (await file.exists()) ? new Response(file) : new Response('Not Found', { status: 404 });
    },
  });
  url = `http://127.0.0.1:${server.port}`;
});

afterAll(async () => {
  endAll();
  await server.stop(true);
  rmSync(dir, { recursive: true });
});

/** Makes a release, with an executable for every platform of which the script has a use. */
async function release(version: string, text: (target: string) => string): Promise<void> {
  const folder = join(releases, `v${version}`);
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  for (const target of TARGETS.filter((one) => !one.startsWith('windows'))) {
    const file = join(folder, executableName(target));
    writeFileSync(file, text(target));
    files.push(file, await compress(file));
  }
  writeFileSync(join(folder, 'SHA256SUMS.sigstore.json'), '{}');
  await writeChecksums(files, folder);
}

let count = 0;

interface Machine {
  readonly home: string;
  readonly bin: string;
  readonly env: Record<string, string>;
}

/** An empty home, and a PATH with what the script needs, `downloader` and what `more` links there. */
function machine(downloader: readonly string[] = downloaders.slice(0, 1)): Machine {
  const home = join(dir, `home-${++count}`);
  mkdirSync(home);
  const bin = pathOf(join(home, '.machine'), [...TOOLS, ...downloader]);
  const install = join(home, 'bin');
  return {
    home,
    bin,
    env: { PATH: bin, HOME: home, LLM_PROXY_INSTALL_DIR: install, LLM_PROXY_DOWNLOAD_URL: url },
  };
}

/** A program of that machine that is not what it says. */
function fake(on: Machine, name: string, text: string): void {
  rmSync(join(on.bin, name), { force: true });
  writeFileSync(join(on.bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(on.bin, name), 0o755);
}

const DASH = Bun.which('dash') ?? '/bin/sh';

/** Runs the script as `curl … | sh` does: from standard input. */
async function install(
  on: Machine,
  more: Record<string, string> = {},
  shell: readonly string[] = [DASH],
  script = SCRIPT,
) {
  const file = join(on.home, '.script');
  writeFileSync(file, script);
  const words = shell.map((word) => `'${word}'`).join(' ');
  return await command(['/bin/sh', '-c', `exec ${words} <'${file}'`], { cwd: on.home, env: { ...on.env, ...more } });
}

const installed = (on: Machine): string => join(on.home, 'bin/llm-proxy');
/** What is in the folder beside the executable, which is nothing. */
const left = (on: Machine): string[] => (existsSync(join(on.home, 'bin')) ? readdirSync(join(on.home, 'bin')) : []);

test.skipIf(shellcheck === undefined)('shellcheck has nothing to say of it', async () => {
  const checked = await command([shellcheck ?? '', '--shell=sh', 'install.sh'], { cwd: ROOT, env: {} });
  expect(checked).toEqual({ code: 0, out: '', err: '' });
});

test('it names the repository, and its own address there', () => {
  expect(SCRIPT).toContain(`releases=\${LLM_PROXY_DOWNLOAD_URL:-${REPOSITORY}/releases}`);
  expect(SCRIPT).toContain(`curl -fsSL ${ADDRESS} | sh`);
  for (const [, repository] of SCRIPT.matchAll(/github\\?\.com\/([\w-]+\/[\w-]+)/g)) expect(repository).toBe(NAME);
});

const shells: [name: string, shell: string[]][] = [
  ['dash', [DASH]],
  ['bash', [Bun.which('bash') ?? '/bin/bash', '--posix']],
  ...(busybox === undefined ? [] : ([['busybox sh', [busybox, 'sh']]] as [string, string[]][])),
];

describe.skipIf(!canInstall)('it installs', () => {
  const cases = shells.flatMap(([name, shell]) => downloaders.map((one) => [name, one, shell] as const));
  test.each(cases)('by %s with %s: the latest release', async (_name, downloader, shell) => {
    const on = machine([downloader]);
    const { code, out, err } = await install(on, {}, shell);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`llm-proxy 0.2.0 for ${HOST} is installed: ${installed(on)}`);
    expect(left(on)).toEqual(['llm-proxy']);
    expect(statSync(installed(on)).mode & 0o777).toBe(0o755);
  });

  test.skipIf(busybox === undefined)("with nothing but busybox's own programs", async () => {
    const on = machine([]);
    rmSync(on.bin, { recursive: true });
    mkdirSync(on.bin);
    for (const name of [...TOOLS, 'wget']) fake(on, name, `exec ${busybox} ${name} "$@"`);
    rmSync(join(on.bin, 'ldd'));
    rmSync(join(on.bin, 'shasum'));
    const { code, err } = await install(on, {}, [busybox ?? '', 'sh']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(left(on)).toEqual(['llm-proxy']);
  });

  test.each(['0.1.0', 'v0.1.0'])('version %s where it is asked for', async (version) => {
    const on = machine();
    const { code, out } = await install(on, { LLM_PROXY_VERSION: version });
    expect(code).toBe(0);
    expect(out).toContain(`llm-proxy 0.1.0 for ${HOST} is installed`);
  });

  test('over an older one that runs', async () => {
    const on = machine();
    expect((await install(on, { LLM_PROXY_VERSION: '0.1.0' })).code).toBe(0);
    const before = statSync(installed(on)).ino;
    expect((await install(on)).code).toBe(0);
    expect(readFileSync(installed(on), 'utf8')).toContain('echo 0.2.0');
    // Put in place, not written into.
    expect(statSync(installed(on)).ino).not.toBe(before);
  });

  for (const [by, without] of [
    ['shasum', ['sha256sum']],
    ['openssl', ['sha256sum', 'shasum']],
  ] as const) {
    test.skipIf(!hasTool(by))(`checked by ${by}`, async () => {
      const on = machine([...downloaders, by]);
      for (const name of without) rmSync(join(on.bin, name), { force: true });
      expect((await install(on)).code).toBe(0);
    });
  }

  test('into ~/.local/bin, or /usr/local/bin for root, and says how to get it onto the PATH', async () => {
    const on = machine();
    const { LLM_PROXY_INSTALL_DIR: _, ...env } = on.env;
    fake(on, 'id', 'echo 1000');
    const { code, out } = await install({ ...on, env });
    expect(code).toBe(0);
    const folder = join(on.home, '.local/bin');
    expect(readdirSync(folder)).toEqual(['llm-proxy']);
    expect(out).toContain(`export PATH=${folder}:"$PATH"\n`);
    expect(out).toContain(`demo model: ${folder}/llm-proxy\n`);
    const onPath = await install({ ...on, env: { ...env, PATH: `${on.bin}:${folder}` } });
    expect(onPath.out).not.toContain('export PATH');
    expect(onPath.out).toContain('demo model: llm-proxy\n');
    expect(SCRIPT).toMatch(/id -u\)" = 0 \]; then\n +folder=\/usr\/local\/bin\n/);
  });

  test('into a folder with a name that a shell would take apart, and says how to type it', async () => {
    const on = machine();
    const folder = join(on.home, "it's $HOME");
    const { code, out } = await install(on, { LLM_PROXY_INSTALL_DIR: folder });
    expect(code).toBe(0);
    const [, path = ''] = /^  (export PATH=.*)$/m.exec(out) ?? [];
    const [, typed = ''] = /demo model: (.*)$/m.exec(out) ?? [];
    for (const line of [typed, `${path}; llm-proxy`]) {
      const ran = await command([DASH, '-c', line], { cwd: on.home, env: on.env });
      expect(ran).toEqual({ code: 0, out: `0.2.0 for ${HOST}\n`, err: '' });
    }
  });

  test('beside another one that comes first on the PATH, and says so', async () => {
    const on = machine();
    fake(on, 'llm-proxy', 'echo another');
    const PATH = `${on.bin}:${join(on.home, 'bin')}`;
    const { code, out } = await install(on, { PATH });
    expect(code).toBe(0);
    expect(out).toContain(`Another llm-proxy comes before it on your PATH: ${on.bin}/llm-proxy.`);
    expect(out).toContain(`demo model: ${installed(on)}\n`);
    const first = await install(on, { PATH: `${join(on.home, 'bin')}:${on.bin}` });
    expect(first.out).not.toContain('Another');
    expect(first.out).toContain('demo model: llm-proxy\n');
  });

  test.each([
    ['Darwin', 'x86_64', '', 'darwin-x64'],
    ['Darwin', 'x86_64', '1', 'darwin-arm64'],
    ['Darwin', 'arm64', '', 'darwin-arm64'],
  ])('on %s %s (translated: %s) that of %s', async (system, arch, translated, target) => {
    const on = machine();
    fake(on, 'uname', `case "$1" in -s) echo ${system} ;; -m) echo ${arch} ;; esac`);
    fake(on, 'sysctl', `[ "$*" = "-n sysctl.proc_translated" ] && echo '${translated}'`);
    expect((await install(on)).out).toContain(`llm-proxy 0.2.0 for ${target} is installed`);
  });
});

describe.skipIf(!canInstall || !hasTool('curl'))('the real executable', () => {
  test('by the command of the page it is installed in an empty home, and answers', async () => {
    const version = 'v0.3.0';
    const folder = join(releases, version);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, executableName(HOST ?? 'linux-x64'));
    copyFileSync(await executable(), file);
    await writeChecksums([await compress(file, 1)], folder);

    const on = machine(['curl', 'sh']);
    const env = { ...on.env, LLM_PROXY_VERSION: version };
    const curl = requiredTool('curl');
    // Where the page's address leads is the file of this tree.
    fake(on, 'curl', `[ "$*" = '-fsSL ${ADDRESS}' ] && exec cat '${join(ROOT, 'install.sh')}'; exec ${curl} "$@"`);
    const [line = ''] = documentedCommands(readFileSync(join(ROOT, 'docs/install.md'), 'utf8'), 'Script');
    expect(line).toContain(ADDRESS);
    const { code, out, err } = await command([DASH, '-c', line], { cwd: on.home, env });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`llm-proxy ${BUILT_VERSION} is installed`);
    const port = await findFreePort();
    const gateway = start([installed(on), 'serve', '--listen', `127.0.0.1:${port}`], { cwd: on.home, env: on.env });
    await started(gateway);
    expect(await ask(port)).toEqual(ANSWER);
    gateway.signal('SIGTERM');
    expect(await gateway.exited).toBe(0);
  });
});

describe.skipIf(!canInstall)('it installs nothing', () => {
  const name = executableName(HOST ?? 'linux-x64');

  /** Runs it where it must fail: the reason, and nothing is left. */
  async function refusal(on: Machine, more: Record<string, string> = {}): Promise<string> {
    const { code, out, err } = await install(on, more);
    expect(code).toBe(1);
    expect(out).not.toContain('is installed');
    expect(left(on)).toEqual([]);
    return err;
  }

  /** A copy of the last release with something wrong. */
  async function broken(version: string, spoil: (folder: string) => void): Promise<void> {
    await release(version, () => `#!/bin/sh\necho ${version}\n`);
    spoil(join(releases, `v${version}`));
  }

  test('of a file that is not the released one', async () => {
    await broken('0.9.1', (folder) => appendFileSync(join(folder, `${name}.gz`), 'x'));
    const on = machine();
    const said = await refusal(on, { LLM_PROXY_VERSION: '0.9.1' });
    expect(said).toMatch(
      new RegExp(`${name}\\.gz is not the released file: its SHA-256 is [0-9a-f]{64}, SHA256SUMS says [0-9a-f]{64}`),
    );
  });

  test('that the checksums do not name', async () => {
    await broken('0.9.2', (folder) => writeFileSync(join(folder, 'SHA256SUMS'), `${'0'.repeat(64)}  other\n`));
    expect(await refusal(machine(), { LLM_PROXY_VERSION: '0.9.2' })).toContain(`does not name ${name}.gz`);
  });

  test.each(downloaders)('of a version that there is not (%s)', async (downloader) => {
    const said = await refusal(machine([downloader]), { LLM_PROXY_VERSION: '7.7.7' });
    expect(said).toContain(`${url}/download/v7.7.7/SHA256SUMS could not be downloaded`);
    expect(said).toContain('404');
  });

  test('that does not run here', async () => {
    await release('0.9.3', () => '#!/bin/sh\necho no such library >&2\nexit 127\n');
    expect(await refusal(machine(), { LLM_PROXY_VERSION: '0.9.3' })).toContain(
      'the executable does not run here: no such library',
    );
  });

  test.each(shells)('that crashes, and says by what (%s)', async (_name, shell) => {
    await release('0.9.4', () => '#!/bin/sh\nkill -SEGV $$\n');
    const on = machine();
    const { code, err } = await install(on, { LLM_PROXY_VERSION: '0.9.4' }, shell);
    expect(code).toBe(1);
    // The words of dash and BusyBox are their own; bash says nothing to a script.
    expect(err).toMatch(/the executable does not run here: (?:Segmentation fault|it was ended by signal 11)\. Nothing/);
    expect(left(on)).toEqual([]);
  });

  test('that says nothing, and says with what it ends', async () => {
    await release('0.9.5', () => '#!/bin/sh\nexit 3\n');
    expect(await refusal(machine(), { LLM_PROXY_VERSION: '0.9.5' })).toContain('here: it ended with exit code 3.');
  });

  test('of what is no version', async () => {
    const before = asked.length;
    expect(await refusal(machine(), { LLM_PROXY_VERSION: '../latest' })).toContain(
      'LLM_PROXY_VERSION is no version, such as 0.1.0: ../latest',
    );
    expect(asked.length).toBe(before);
  });

  test('without curl and wget', async () => {
    expect(await refusal(machine([]))).toContain('needs curl or wget');
  });

  test('without a program that makes checksums', async () => {
    const on = machine();
    for (const tool of ['sha256sum', 'shasum']) rmSync(join(on.bin, tool), { force: true });
    expect(await refusal(on)).toContain('needs sha256sum, shasum or openssl');
  });

  test.each([
    ['FreeBSD', 'amd64', 'no executable for FreeBSD'],
    ['Linux', 'riscv64', 'no executable for linux on riscv64'],
    ['MINGW64_NT-10.0', 'x86_64', 'npx @llm-proxy/cli'],
  ])('on %s %s', async (system, arch, reason) => {
    const on = machine();
    fake(on, 'uname', `case "$1" in -s) echo ${system} ;; -m) echo ${arch} ;; esac`);
    expect(await refusal(on)).toContain(reason);
  });

  test('where the folder cannot be made, or is no folder', async () => {
    const on = machine();
    writeFileSync(join(on.home, 'a-file'), '');
    expect(await refusal(on, { LLM_PROXY_INSTALL_DIR: join(on.home, 'a-file/bin') })).toContain('cannot be made');
    mkdirSync(join(on.home, 'other/llm-proxy'), { recursive: true });
    expect(await refusal(on, { LLM_PROXY_INSTALL_DIR: join(on.home, 'other') })).toContain('is a folder');
  });

  const isRoot = process.getuid?.() === 0;
  const setpriv = isRoot ? requiredTool('setpriv') : '';
  test.skipIf(setpriv === undefined)('where nobody but its owner may write', async () => {
    const on = machine();
    mkdirSync(join(on.home, 'theirs'), { mode: 0o555 });
    chmodSync(dir, 0o755);
    const said = isRoot
      ? await command(
          [setpriv ?? '', '--reuid=65534', '--regid=65534', '--clear-groups', DASH, join(ROOT, 'install.sh')],
          {
            cwd: '/',
            env: { ...on.env, LLM_PROXY_INSTALL_DIR: join(on.home, 'theirs') },
          },
        )
      : await install(on, { LLM_PROXY_INSTALL_DIR: join(on.home, 'theirs') });
    expect(said.code).toBe(1);
    expect(said.err).toContain('cannot be written to: name another folder in LLM_PROXY_INSTALL_DIR');
  });

  test.skipIf(!hasTool('curl'))('where there is no room', async () => {
    const on = machine();
    // A disk that is full after some bytes, and says so.
    fake(on, 'df', `echo Filesystem; echo 'tmpfs 64 60 4 99% /'`);
    const curl = requiredTool('curl');
    fake(
      on,
      'curl',
      `case "$*" in *SHA256SUMS*) exec ${curl} "$@" ;; esac; echo 'curl: (23) No space left' >&2; exit 23`,
    );
    expect(await refusal(on)).toContain('has too little room: 200 MB are needed, 0 MB are left');
  });

  describe('of what cosign does not know', () => {
    /** A cosign that knows a signature of one version. */
    const cosigned = (on: Machine, version: string): void =>
      fake(
        on,
        'cosign',
        `case "$*" in
  "verify-blob "*"/SHA256SUMS --bundle "*"/SHA256SUMS.sigstore.json --certificate-identity ${REPOSITORY}/.github/workflows/release.yml@refs/tags/v${version} --certificate-oidc-issuer https://token.actions.githubusercontent.com") ;;
  *) echo 'none of the expected identities matched' >&2; exit 1 ;;
esac`,
      );

    test.each(downloaders)('by the version that was asked for, or that the latest is (%s)', async (downloader) => {
      const on = machine([downloader]);
      cosigned(on, '0.1.0');
      expect((await install(on, { LLM_PROXY_VERSION: '0.1.0' })).out).toContain(
        'The signature of the checksums is good.',
      );
      rmSync(installed(on));
      // The older one's does not do for the latest, nor for another that was asked for.
      for (const asking of [{}, { LLM_PROXY_VERSION: '0.2.0' }]) {
        expect(await refusal(on, asking)).toContain(
          'SHA256SUMS is not signed by the release workflow for v0.2.0: none of the expected identities matched',
        );
      }
      cosigned(on, '0.2.0');
      expect((await install(on)).out).toContain('The signature of the checksums is good.');
    });

    test('all files are of the version that the latest was at first', async () => {
      const before = asked.length;
      expect((await install(machine())).code).toBe(0);
      expect(asked.slice(before)).toEqual([
        '/latest/download/SHA256SUMS',
        '/download/v0.2.0/SHA256SUMS',
        `/download/v0.2.0/${name}.gz`,
      ]);
    });

    test('where nothing says which version the latest is', async () => {
      const mirror = Bun.serve({
        hostname: '127.0.0.1',
        port: 0,
        fetch: (request) =>
          new Response(Bun.file(join(releases, 'v0.2.0', new URL(request.url).pathname.split('/').at(-1) ?? ''))),
      });
      try {
        const on = machine();
        const at = { LLM_PROXY_DOWNLOAD_URL: `http://127.0.0.1:${mirror.port}` };
        cosigned(on, '0.2.0');
        expect(await refusal(on, at)).toContain('which cosign has to know: name it in LLM_PROXY_VERSION');
        expect((await install(on, { ...at, LLM_PROXY_VERSION: '0.2.0' })).code).toBe(0);
        // Without cosign there is nothing to know it for.
        rmSync(join(on.bin, 'cosign'));
        expect((await install(on, at)).code).toBe(0);
      } finally {
        await mirror.stop(true);
      }
    });
  });

  describe('of what came unencrypted', () => {
    const TLS = join(ROOT, 'test/fixtures/tls');
    let encrypted: Bun.Server<undefined>;
    beforeAll(() => {
      encrypted = Bun.serve({
        hostname: '127.0.0.1',
        port: 0,
        tls: { cert: Bun.file(join(TLS, 'good.pem')), key: Bun.file(join(TLS, 'key.pem')) },
        fetch: (request) => {
          const { pathname } = new URL(request.url);
          const [, kind = '', rest = ''] = /^\/(\w+)(\/.*)$/.exec(pathname) ?? [];
          if (kind === 'plain') return Response.redirect(`${url}${rest}`);
          if (kind === 'there') return Response.redirect(`/and${rest}`);
          return new Response(Bun.file(join(releases, rest.replace('/download/', ''))));
        },
      });
    });
    afterAll(() => encrypted.stop(true));

    /** What downloads, each as it is told of the authority. */
    const kinds: [name: string, on: () => Machine][] = [
      ['curl', () => machine(['curl'])],
      ['wget', () => machine(['wget'])],
    ];
    // Which leaves certificates to openssl.
    if (busybox !== undefined && hasTool('openssl')) {
      kinds.push([
        "busybox's wget",
        () => {
          const on = machine(['openssl']);
          fake(on, 'wget', `exec ${busybox} wget "$@"`);
          return on;
        },
      ]);
    }
    const run = async (on: Machine, kind: string) => {
      const ca = join(TLS, 'ca.pem');
      writeFileSync(join(on.home, '.wgetrc'), `ca_certificate = ${ca}\n`);
      const at = { LLM_PROXY_DOWNLOAD_URL: `https://localhost:${encrypted.port}/${kind}`, LLM_PROXY_VERSION: '0.1.0' };
      return await install(on, { ...at, CURL_CA_BUNDLE: ca, SSL_CERT_FILE: ca });
    };

    test.each(kinds.filter(([kind]) => kind.startsWith('busybox') || downloaders.includes(kind)))(
      'after an address that is encrypted (%s)',
      async (_name, prepare) => {
        const on = prepare();
        const there = await run(on, 'there');
        expect({ code: there.code, err: there.err }).toEqual({ code: 0, err: '' });
        rmSync(installed(on));
        const plain = await run(on, 'plain');
        expect(plain.code).toBe(1);
        expect(plain.err).toMatch(/leads to http:\/\/\S+, which is not encrypted|Protocol "http"/);
        expect(left(on)).toEqual([]);
      },
    );

    test.skipIf(busybox === undefined)('by a wget that verifies no certificate', async () => {
      const on = machine([]);
      fake(on, 'wget', `PATH=/nowhere exec ${busybox} wget "$@"`);
      const { code, err } = await run(on, 'there');
      expect(code).toBe(1);
      expect(err).toContain('this wget does not verify certificates: install curl. Nothing was installed');
      expect(left(on)).toEqual([]);
    });
  });

  test('when it is interrupted, and takes away what it has begun', async () => {
    const on = machine();
    fake(on, 'curl', 'echo $$ > "$HOME/begun"; exec sleep 30');
    pathOf(on.bin, ['sleep']);
    const child = start([DASH, join(ROOT, 'install.sh')], { cwd: on.home, env: on.env });
    const downloader = await eventually(
      () => existsSync(join(on.home, 'begun')) && Number(readFileSync(join(on.home, 'begun'), 'utf8').trim()),
    );
    expect(left(on)).toHaveLength(1);
    // The shell minds the signal when what it waits for is over, which Ctrl-C ends as well.
    child.signal('SIGTERM');
    process.kill(downloader, 'SIGTERM');
    expect(await child.exited).toBe(143);
    expect(left(on)).toEqual([]);
  });

  test('of a script that was cut, wherever', async () => {
    const on = machine();
    const before = asked.length;
    const ends = new Set([0, ...[...SCRIPT.matchAll(/\n/g)].map(({ index }) => index + 1)]);
    // And within the last line, byte by byte.
    for (let end = SCRIPT.lastIndexOf('llm_proxy_install'); end < SCRIPT.length - 2; end++) ends.add(end);
    ends.delete(SCRIPT.length);
    for (const end of ends) await install(on, {}, [DASH], SCRIPT.slice(0, end));
    expect(asked.length).toBe(before);
    expect(readdirSync(on.home).filter((one) => !one.startsWith('.'))).toEqual([]);
  });
});
