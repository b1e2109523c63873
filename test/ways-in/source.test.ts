// `make run` in a fresh copy of the sources, and what it installs for that.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import packageLock from '../../package-lock.json';
import { command, endAll, start } from '../kit/command.ts';
import { ANSWER, ask, started } from '../kit/demo.ts';
import { findFreePort } from '../kit/gateway.ts';
import { hasTool } from '../kit/required-tool.ts';

const ROOT = join(import.meta.dir, '../..');
/** What a clone has, without what is made in it. */
const NOT_CLONED = new Set(['node_modules', 'dist', 'logs', '.git', 'test', 'bench', 'docs']);

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'llm-proxy-source-'));
});
afterAll(() => {
  endAll();
  rmSync(dir, { recursive: true });
});

function clone(name: string): string {
  const to = join(dir, name);
  cpSync(ROOT, to, { recursive: true, filter: (path) => !NOT_CLONED.has(relative(ROOT, path)) });
  return to;
}

/** The names or scopes of what is installed to run: what the lock file has beside that of development. */
function runtimePackages(): string[] {
  const names = Object.entries(packageLock.packages as Record<string, { dev?: boolean }>)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path]) => path.split('/')[1] ?? '');
  return [...new Set(names)].toSorted();
}

/** A PATH on which Bun is found as well, as on a machine that has only that. */
function path(): string {
  const bin = join(dir, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'bun'), `#!/bin/sh\nexec ${process.execPath} "$@"\n`);
  chmodSync(join(bin, 'bun'), 0o755);
  return `${process.env.PATH}:${bin}`;
}

test.skipIf(process.platform === 'win32')('`make run` in a clone answers with a third of the packages', async () => {
  const cwd = clone('clone');
  const port = await findFreePort();
  const { LLM_PROXY_COMMAND: _, ...environment } = process.env as Record<string, string>;
  const env = { ...environment, PATH: path(), LLM_PROXY_LISTEN: `127.0.0.1:${port}` };
  const gateway = start(['make', 'run'], { cwd, env });
  await started(gateway);
  expect(await ask(port)).toEqual(ANSWER);
  const packages = readdirSync(join(cwd, 'node_modules')).filter((name) => !name.startsWith('.'));
  expect(packages.toSorted()).toEqual(runtimePackages());

  // What it tells a person to type works there.
  const [, told = ''] = /`(make run [^`]*)`/.exec(gateway.stdout()) ?? [];
  expect(await command(['sh', '-c', told], { cwd, env })).toMatchObject({ code: 0, err: '' });
  expect(existsSync(join(cwd, 'config.yaml'))).toBe(true);
  gateway.signal('SIGTERM');
  await gateway.exited;
});

describe.skipIf(process.platform === 'win32')('installing', () => {
  /** An npm that writes down what it is asked for and lets it look done, and a clone for it. */
  function prepared(name: string): { readonly cwd: string; readonly env: Record<string, string>; asked(): string[] } {
    const cwd = clone(name);
    const bin = join(dir, `${name}-bin`);
    const log = join(dir, `${name}.log`);
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'npm'),
      `#!/bin/sh
echo "$@" >>'${log}'
sleep 0.2
[ -e '${log}.fails' ] && exit 1
mkdir -p node_modules/.bin && printf '#!/bin/sh\\n' >node_modules/.bin/bun && chmod 755 node_modules/.bin/bun
`,
    );
    chmodSync(join(bin, 'npm'), 0o755);
    writeFileSync(join(bin, 'node'), '#!/bin/sh\n');
    chmodSync(join(bin, 'node'), 0o755);
    const asked = (): string[] => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
    return { cwd, env: { PATH: `${bin}:/usr/bin:/bin` }, asked };
  }
  const install = ['bash', 'scripts/dependencies.sh'];
  const runtime = [...install, '--runtime'];

  test('what runs it comes first; the rest is added, and nothing is done twice', async () => {
    const { cwd, env, asked } = prepared('in-order');
    for (const cmd of [runtime, runtime, install, install, runtime])
      expect((await command(cmd, { cwd, env })).code).toBe(0);
    expect(asked()).toEqual(['ci --loglevel=error --omit=dev', 'install --no-save --loglevel=error']);
  });

  test('everything holds what runs it', async () => {
    const { cwd, env, asked } = prepared('all-first');
    for (const cmd of [install, runtime]) expect((await command(cmd, { cwd, env })).code).toBe(0);
    expect(asked()).toEqual(['ci --loglevel=error']);
  });

  test('a changed lock is installed anew, whole', async () => {
    const { cwd, env, asked } = prepared('changed');
    await command(runtime, { cwd, env });
    const later = Date.now() / 1000 + 60;
    utimesSync(join(cwd, 'package-lock.json'), later, later);
    await command(install, { cwd, env });
    expect(asked()).toEqual(['ci --loglevel=error --omit=dev', 'ci --loglevel=error']);
  });

  test('whoever had everything has it again', async () => {
    const { cwd, env, asked } = prepared('had-all');
    await command(install, { cwd, env });
    const later = Date.now() / 1000 + 60;
    utimesSync(join(cwd, 'package-lock.json'), later, later);
    await command(runtime, { cwd, env });
    expect(asked()).toEqual(['ci --loglevel=error', 'ci --loglevel=error']);
  });

  test.skipIf(!hasTool('flock'))('two at once do the work once', async () => {
    const { cwd, env, asked } = prepared('at-once');
    const codes = await Promise.all([1, 2, 3].map(async () => (await command(runtime, { cwd, env })).code));
    expect(codes).toEqual([0, 0, 0]);
    expect(asked()).toHaveLength(1);
  });

  test('one that fails says so, and is tried again', async () => {
    const { cwd, env, asked } = prepared('fails');
    appendFileSync(join(dir, 'fails.log.fails'), '');
    const failed = await command(runtime, { cwd, env });
    expect(failed.code).toBe(1);
    expect(failed.err).toContain('`npm ci --loglevel=error --omit=dev` failed');
    rmSync(join(dir, 'fails.log.fails'));
    expect((await command(runtime, { cwd, env })).code).toBe(0);
    expect(asked()).toHaveLength(2);
  });
});
