// The Docker commands of docs/install.md, word for word, against the image that the Dockerfile describes: its file system
// is made in a folder, with this machine's glibc, and a stand-in for `docker` runs the executable in it.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { command, endAll, start } from '../kit/command.ts';
import type { Running } from '../kit/command.ts';
import { ANSWER, ask, documentedCommands, started } from '../kit/demo.ts';
import { parseDockerfile } from '../kit/dockerfile.ts';
import { executable, HOST } from '../kit/executable.ts';
import { findFreePort } from '../kit/gateway.ts';
import { canEnterRoots, copyProgram, inRoot, librariesOf } from '../kit/root.ts';
import { eventually } from '../kit/settled.ts';

const ROOT = join(import.meta.dir, '../..');
const IMAGE = 'ghcr.io/llm-proxy/llm-proxy';
const image = parseDockerfile(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
/** The commands of the page, one by one. */
const documented = documentedCommands(readFileSync(join(ROOT, 'docs/install.md'), 'utf8'), 'Docker');

const isRoot = process.getuid?.() === 0;
/** Whoever calls `docker`: not the image's user, and not root. */
const me = isRoot ? { uid: 1234, gid: 1234 } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-image-'));
const root = join(dir, 'root');
const isGlibc = HOST === 'linux-x64' || HOST === 'linux-arm64';
const canRun = await canEnterRoots(join(dir, 'probe'));
const port = await findFreePort();

let built: string;

beforeAll(async () => {
  built = await executable();
  if (!canRun) return;
  // Everybody comes through, as to the file system of a container.
  chmodSync(dir, 0o755);
  for (const folder of ['proc', 'dev', 'tmp']) mkdirSync(join(root, folder), { recursive: true });
  await copyProgram(built, root, '/usr/local/bin/llm-proxy');
  for (const install of image.installs) {
    if (install.includes('dist/')) continue;
    const ours = install.replaceAll('/out/', `${root}/`).replaceAll(isRoot ? /$^/g : / -[og] \d+/g, '');
    const made = await command(['sh', '-c', ours], { cwd: dir, env: { PATH: process.env.PATH ?? '' } });
    expect(made).toMatchObject({ code: 0, err: '' });
  }
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  const docker = `exec ${process.execPath} ${join(ROOT, 'test/fixtures/docker.ts')} "$@"`;
  const id = `case "$1" in -u) echo ${me.uid} ;; -g) echo ${me.gid} ;; esac`;
  for (const [name, text] of Object.entries({ docker, id })) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
});

afterAll(() => {
  endAll();
  rmSync(dir, { recursive: true });
});

let folders = 0;
/** An empty folder of the caller's. */
function emptyFolder(): string {
  const folder = join(dir, `folder-${++folders}`);
  mkdirSync(folder);
  if (isRoot) chownSync(folder, me.uid, me.gid);
  return folder;
}

/** Starts a command of the page in a folder, as a shell does. */
function shell(line: string, cwd: string, env: Record<string, string> = {}): Running {
  const prepared = { image, name: IMAGE, root, port };
  return start(['sh', '-c', `exec ${line}`], {
    cwd,
    env: { PATH: `${join(dir, 'bin')}:${process.env.PATH}`, DOCKER_IMAGE: JSON.stringify(prepared), ...env },
  });
}

async function run(line: string, cwd: string): Promise<{ code: unknown; out: string; err: string }> {
  const child = shell(line, cwd);
  return { code: await child.exited, out: child.stdout(), err: child.stderr() };
}

/** The image's own health check, as Docker runs it in the container. */
async function health(): Promise<unknown> {
  const env = { ...image.env, LLM_PROXY_LISTEN: `:${port}`, PATH: process.env.PATH ?? '' };
  const { uid, gid, workdir: cwd } = image;
  return (await command(inRoot({ root, cwd, uid, gid }, image.healthcheck), { cwd: dir, env })).code;
}

test('the page has the commands that are tried here', () => {
  expect(documented).toHaveLength(5);
  for (const line of documented) expect(line).toMatch(new RegExp(`^docker run .*(?:${IMAGE}|busybox)`));
});

test.skipIf(!isGlibc)('glibc is all that the executable needs of its base', async () => {
  const needed = (await librariesOf(built)).map((path) => basename(path));
  // What the package libc6 has, and so the base image: https://packages.debian.org/bookworm/amd64/libc6/filelist
  const ofLibc6 = ['libc.so.6', 'libpthread.so.0', 'libdl.so.2', 'libm.so.6', 'librt.so.1'];
  expect(needed).toContain('libc.so.6');
  for (const library of needed)
    expect([...ofLibc6, 'ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1']).toContain(library);
});

describe.skipIf(!canRun)('the image', () => {
  const [demo = '', init = '', check = '', serve = '', read = ''] = documented;

  test('serves the demo in an empty folder, by a user of its own, is healthy, and drains', async () => {
    const cwd = emptyFolder();
    const gateway = shell(demo, cwd);
    await started(gateway);
    expect(await ask(port)).toEqual(ANSWER);
    expect(await health()).toBe(0);
    // The command that it tells a person to type is that of the page.
    const [, told = ''] = /`(docker run[^`]* init)`/.exec(gateway.stdout()) ?? [];
    expect(told).toBe(init);
    gateway.signal('SIGTERM');
    expect(await gateway.exited).toBe(0);
    expect(gateway.stderr()).toContain('stopped');
    expect(await health()).toBe(1);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('writes, checks and serves a config, logs, and follows a change', async () => {
    const cwd = emptyFolder();
    const config = join(cwd, 'config.yaml');
    expect(await run(init, cwd)).toMatchObject({ code: 0, err: '' });
    // For its owner alone, who is the caller.
    expect(statSync(config)).toMatchObject({ uid: me.uid, gid: me.gid });
    expect(statSync(config).mode & 0o777).toBe(0o600);
    const checked = await run(check, cwd);
    expect(checked.code).toBe(0);
    expect(checked.out).toContain('is valid: 1 backend');

    const gateway = shell(serve, cwd, { OPENAI_API_KEY: 'sk-of-the-test' });
    await started(gateway);
    expect(await ask(port)).toEqual(ANSWER);
    expect(await health()).toBe(0);
    // As editors save: a new file in the place of the old one.
    const changed = readFileSync(config, 'utf8')
      .replace(/^models:\n/m, '$&  mine: { routes: [{ backend: demo, model: demo }] }\n')
      .replace(/^  # - name: openai\n(?:  # {3}.*\n)+/m, (commented) => commented.replaceAll(/^  # /gm, '  '));
    expect(changed).toContain('    api_key: ${OPENAI_API_KEY}\n');
    writeFileSync(`${config}~`, changed, { mode: 0o600 });
    if (isRoot) chownSync(`${config}~`, me.uid, me.gid);
    renameSync(`${config}~`, config);
    await eventually(async () => JSON.stringify(await ask(port, 'mine')).includes('chat.completion'), { everyMs: 100 });
    // The config names the key by now.
    expect(changed).toMatch(/^ +- name: openai$/m);
    const again = shell(check, cwd, { OPENAI_API_KEY: 'sk-of-the-test' });
    expect(await again.exited).toBe(0);
    expect(again.stdout()).toContain('is valid: 2 backends');
    gateway.signal('SIGINT');
    expect(await gateway.exited).toBe(0);

    // Of the volume, which is new and so has the owner and the mode of the image's folder.
    const logs = join(dir, 'volumes/llm-proxy-logs');
    expect(statSync(logs).uid).not.toBe(isRoot ? me.uid : -1);
    expect(readdirSync(join(root, 'var/lib/llm-proxy/logs'))).toEqual([]);
    expect((await run(read, cwd)).out).toContain('"msg":"stopped"');
    const files = readdirSync(logs, { recursive: true }).map(String);
    const written = files.filter((name) => name.endsWith('.log'));
    expect(written.length).toBeGreaterThan(0);
    for (const file of written) expect(statSync(join(logs, file)).uid).toBe(me.uid);
  });

  // Without root all files are the tests' own.
  test.skipIf(!isRoot)('says that it may not read a config of another user', async () => {
    const cwd = emptyFolder();
    expect((await run(init, cwd)).code).toBe(0);
    const refused = await run(serve.replace('-u "$(id -u):$(id -g)" ', ''), cwd);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/^\/etc\/llm-proxy\/config\.yaml\b.*(?:permission|EACCES|read)/im);
  });
});
