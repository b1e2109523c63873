// The launcher of the npm package behaves as the executable that it starts: here a script that tells what reaches it.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { platformPackage, writeCliPackage, writePlatformPackage } from '../../scripts/npm-packages.ts';
import { command, endAll, start } from '../kit/command.ts';
import { started } from '../kit/demo.ts';
import { HOST } from '../kit/executable.ts';
import { findFreePort } from '../kit/gateway.ts';
import { requiredTool } from '../kit/required-tool.ts';
import { eventually } from '../kit/settled.ts';

/** Says what it was called with, then what signals come; ends as it is told. */
const TELLTALE = `#!${process.execPath}
import { appendFileSync, existsSync } from 'node:fs';
const [how, value] = process.argv.slice(2);
console.log(JSON.stringify({ args: process.argv.slice(2), command: process.env.LLM_PROXY_COMMAND, own: process.env.OWN, pid: process.pid }));
if (how === 'exit') process.exit(Number(value));
if (how === 'kill') process.kill(process.pid, value);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGCONT'])
  process.on(signal, () => {
    appendFileSync(value, signal + '\\n');
    if (existsSync(value + '.end')) process.exit(3);
  });
appendFileSync(value, 'ready\\n');
setInterval(() => {}, 1000);
`;

let dir: string;
let launcher: string;
/** What it may run on. */
const runtimes = [requiredTool('node') ?? process.execPath, process.execPath];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'llm-proxy-launcher-'));
  const modules = join(dir, 'node_modules');
  await writeCliPackage(join(modules, '@llm-proxy/cli'));
  launcher = join(modules, '@llm-proxy/cli/bin/llm-proxy.mjs');
  const telltale = join(dir, 'telltale');
  writeFileSync(telltale, TELLTALE);
  chmodSync(telltale, 0o755);
  if (HOST !== undefined) await writePlatformPackage(HOST, telltale, join(modules, platformPackage(HOST)));
});

/** What may outlive the launcher that started it, where a test fails. */
const orphans = new Set<number>();

afterAll(() => {
  endAll();
  for (const pid of orphans) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  rmSync(dir, { recursive: true });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The letter by which Linux calls what a process does: `T` is stopped. */
function stateOf(pid: number): string | undefined {
  return /^\d+ \(.*\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
}

const env = { PATH: '/usr/bin:/bin', OWN: 'of the caller' };
const onPosix = process.platform !== 'win32';

describe.skipIf(HOST === undefined || !onPosix).each([...new Set(runtimes)])('on %s', (runtime) => {
  const run = async (args: string[], more: Record<string, string> = {}, preload: string[] = []) =>
    await command([runtime, ...preload, launcher, ...args], { cwd: dir, env: { ...env, ...more } });

  test('arguments, environment and the exit code are passed on', async () => {
    const { code, out, err } = await run(['exit', '7', 'a b', '--flag=$HOME', '']);
    expect({ code, err }).toEqual({ code: 7, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      args: ['exit', '7', 'a b', '--flag=$HOME', ''],
      own: 'of the caller',
      command: 'llm-proxy',
    });
  });

  test.each([
    ['npx @llm-proxy/cli', { npm_command: 'exec', npm_config_user_agent: 'npm/11.0.0 node/v24.0.0 linux x64' }],
    ['bunx @llm-proxy/cli', { npm_config_user_agent: 'bun/1.4.5 npm/? node/v24.0.0 linux x64' }],
    ['pnpm dlx @llm-proxy/cli', { npm_command: 'exec', npm_config_user_agent: 'pnpm/10.0.0 npm/? node/v24.0.0' }],
    ['what I say', { npm_command: 'exec', LLM_PROXY_COMMAND: 'what I say' }],
  ])('it is told that it was called as `%s`', async (called, more) => {
    expect(JSON.parse((await run(['exit', '0'], more)).out).command).toBe(called);
  });

  test.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'])('it ends by %s as the executable does', async (signal) => {
    expect((await run(['kill', signal])).code).toBe(signal as NodeJS.Signals);
  });

  test('signals are passed on, each once within a second, and the end is waited for', async () => {
    const log = join(dir, `signals-${runtimes.indexOf(runtime)}`);
    const clock = join(dir, `clock-${runtimes.indexOf(runtime)}`);
    const preload = join(dir, 'clock.mjs');
    writeFileSync(clock, '100');
    writeFileSync(
      preload,
      `import fs from 'node:fs';
performance.now = () => { fs.appendFileSync(process.env.CLOCK + '.asked', '.'); return Number(fs.readFileSync(process.env.CLOCK)); };`,
    );
    const child = start([runtime, '--import', preload, launcher, 'wait', log], {
      cwd: dir,
      env: { ...env, CLOCK: clock },
    });
    const told = (): string[] => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
    const asked = (): number => (existsSync(`${clock}.asked`) ? readFileSync(`${clock}.asked`).length : 0);
    await eventually(() => told().includes('ready'));
    child.signal('SIGHUP');
    await eventually(() => told().includes('SIGHUP'));
    child.signal('SIGINT');
    await eventually(() => told().includes('SIGINT'));
    // As under npx, where the terminal sends one and npm another.
    const before = asked();
    writeFileSync(clock, '1099');
    child.signal('SIGINT');
    await eventually(() => asked() > before);
    // A person who presses once more means it.
    writeFileSync(clock, '1100');
    child.signal('SIGINT');
    await eventually(() => told().length === 4);
    writeFileSync(`${log}.end`, '');
    child.signal('SIGTERM');
    expect(await child.exited).toBe(3);
    expect(told()).toEqual(['ready', 'SIGHUP', 'SIGINT', 'SIGINT', 'SIGTERM']);
  });

  test.each(['SIGQUIT', 'SIGABRT', 'SIGALRM', 'SIGUSR2', 'SIGXCPU'] as const)(
    '%s ends the executable, and then the launcher',
    async (signal) => {
      const log = join(dir, `${signal}-${runtimes.indexOf(runtime)}`);
      const child = start([runtime, launcher, 'wait', log], { cwd: dir, env });
      await eventually(() => existsSync(log) && readFileSync(log, 'utf8').includes('ready'));
      const { pid } = JSON.parse(child.stdout());
      orphans.add(pid);
      child.signal(signal);
      expect(await child.exited).toBe(signal);
      expect(isAlive(pid)).toBe(false);
    },
  );

  test.skipIf(process.platform !== 'linux')('Ctrl-Z stops both, and both go on', async () => {
    const log = join(dir, `stopped-${runtimes.indexOf(runtime)}`);
    const child = start([runtime, launcher, 'wait', log], { cwd: dir, env });
    await eventually(() => existsSync(log) && readFileSync(log, 'utf8').includes('ready'));
    const { pid } = JSON.parse(child.stdout());
    child.signal('SIGTSTP');
    await eventually(() => stateOf(pid) === 'T' && stateOf(child.pid) === 'T');
    child.signal('SIGCONT');
    await eventually(() => readFileSync(log, 'utf8').includes('SIGCONT'));
    expect([pid, child.pid].map(stateOf)).not.toContain('T');
    writeFileSync(`${log}.end`, '');
    child.signal('SIGTERM');
    expect(await child.exited).toBe(3);
  });

  test('a gateway stops when its launcher was killed', async () => {
    const folder = join(dir, `killed-${runtimes.indexOf(runtime)}`);
    const modules = join(folder, 'node_modules');
    const gateway = join(folder, 'gateway');
    await writeCliPackage(join(modules, '@llm-proxy/cli'));
    writeFileSync(
      gateway,
      `#!/bin/sh\necho $$ >'${gateway}.pid'\nexec '${process.execPath}' '${join(import.meta.dir, '../../src/main.ts')}' "$@"\n`,
    );
    chmodSync(gateway, 0o755);
    await writePlatformPackage(HOST ?? 'linux-x64', gateway, join(modules, platformPackage(HOST ?? 'linux-x64')));
    const port = await findFreePort();
    const words = [join(modules, '@llm-proxy/cli/bin/llm-proxy.mjs'), 'serve', '--listen', `127.0.0.1:${port}`];
    const child = start([runtime, ...words], { cwd: folder, env });
    await started(child);
    orphans.add(Number(readFileSync(`${gateway}.pid`, 'utf8')));
    child.signal('SIGKILL');
    await eventually(() => child.stderr().includes(' stopped'));
    expect(child.stderr()).toContain('the launcher has ended, so the gateway stops');
    expect(await fetch(`http://127.0.0.1:${port}/healthz`).then(String, () => 'refused')).toBe('refused');
  });

  test("Ctrl-C, which reaches the terminal's whole group, comes once", async () => {
    const log = join(dir, `group-${runtimes.indexOf(runtime)}`);
    writeFileSync(`${log}.end`, '');
    const child = spawn(runtime, [launcher, 'wait', log], { cwd: dir, env, stdio: 'ignore', detached: true });
    const exited = new Promise((done) => void child.once('exit', done));
    await eventually(() => existsSync(log) && readFileSync(log, 'utf8').includes('ready'));
    process.kill(-(child.pid ?? Number.NaN), 'SIGINT');
    expect(await exited).toBe(3);
    expect(readFileSync(log, 'utf8')).toBe('ready\nSIGINT\n');
  });

  test('under npm it ends when npm has, though no signal came through', async () => {
    const log = join(dir, `parent-${runtimes.indexOf(runtime)}`);
    writeFileSync(`${log}.end`, '');
    const npm = { npm_config_user_agent: 'npm/11.0.0 node/v24.0.0 linux x64' };
    // A shell that stays between, as dash does.
    const shell = ['sh', '-c', `'${runtime}' '${launcher}' wait '${log}'; true`];
    const child = start(shell, { cwd: dir, env: { ...env, ...npm } });
    await eventually(() => existsSync(log) && readFileSync(log, 'utf8').includes('ready'));
    child.signal('SIGKILL');
    await eventually(() => readFileSync(log, 'utf8').includes('SIGTERM'));
    expect(readFileSync(log, 'utf8')).toBe('ready\nSIGTERM\n');
  });

  test('without the package of the platform it says which, why and what to do', async () => {
    const installed = join(dir, 'node_modules', platformPackage(HOST ?? 'linux-x64'));
    renameSync(installed, `${installed}-away`);
    const { code, out, err } = await run(['exit', '0']);
    renameSync(`${installed}-away`, installed);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(
      `the package @llm-proxy/${HOST}, which holds the executable for this platform, is not installed`,
    );
    expect(err).toContain('--omit=optional');
    expect(err).toMatch(/npm install @llm-proxy\/cli@\d+\.\d+\.\d+ --include=optional/);
  });

  test('on a platform that there is no executable for it says which there are', async () => {
    const preload = join(dir, 'freebsd.mjs');
    writeFileSync(preload, `Object.defineProperty(process, 'platform', { value: 'freebsd' });`);
    const { code, err } = await run(['exit', '0'], {}, ['--import', preload]);
    expect(code).toBe(1);
    expect(err).toMatch(/no executable for freebsd on \w+, only for linux-x64, .*windows-arm64/);
    expect(err).toContain('https://github.com/llm-proxy/llm-proxy');
  });

  test.skipIf(process.platform !== 'linux')('on musl it takes that package, and names what it lacks', async () => {
    const target = process.arch === 'arm64' ? 'linux-arm64-musl' : 'linux-x64-musl';
    const folder = join(dir, 'node_modules', platformPackage(target));
    const preload = join(dir, 'musl.mjs');
    writeFileSync(preload, `import fs from 'node:fs'; fs.existsSync = (path) => path.includes('ld-musl');`);
    await writePlatformPackage(target, join(dir, 'telltale'), folder);
    const { code, err } = await run(['exit', '127'], {}, ['--import', preload]);
    if (target !== HOST) rmSync(folder, { recursive: true });
    expect(code).toBe(127);
    expect(err).toContain('apk add libstdc++');
  });
});

test('the packages hold nothing else', () => {
  const list = (folder: string): string[] =>
    readdirSync(join(dir, 'node_modules', folder), { recursive: true }).map(String);
  expect(list('@llm-proxy/cli').toSorted()).toEqual([
    'LICENSE',
    'README.md',
    'bin',
    'bin/llm-proxy.mjs',
    'package.json',
  ]);
  if (HOST === undefined) return;
  const program = `bin/llm-proxy${onPosix ? '' : '.exe'}`;
  expect(list(platformPackage(HOST)).toSorted()).toEqual(['LICENSE', 'README.md', 'bin', program, 'package.json']);
});
