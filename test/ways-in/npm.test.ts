// `npx @llm-proxy/cli` in an empty folder, from packages that were published to a registry on loopback.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json';
import { platformPackage, writeCliPackage, writePlatformPackage } from '../../scripts/npm-packages.ts';
import { TARGETS } from '../../scripts/runtimes.ts';
import { command, endAll, pathOf, start } from '../kit/command.ts';
import type { Running } from '../kit/command.ts';
import { executable, HOST } from '../kit/executable.ts';
import { ANSWER, ask, documentedCommands, started } from '../kit/demo.ts';
import { findFreePort } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { startNpmRegistry } from '../kit/npm-registry.ts';
import type { NpmRegistry } from '../kit/npm-registry.ts';
import { hasTool } from '../kit/required-tool.ts';
import { eventually } from '../kit/settled.ts';

const ROOT = join(import.meta.dir, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/install.md'), 'utf8');
const npm = ['npm', 'node'].every(hasTool);

let dir: string;
let packages: string;
let registry: NpmRegistry;
let path: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'llm-proxy-npm-'));
  packages = join(dir, 'packages');
  registry = startNpmRegistry();
  path = pathOf(join(dir, 'bin'), ['node', 'npm', 'npx', 'sh', 'env', 'sleep']);
  if (HOST !== undefined) await writePlatformPackage(HOST, await executable(), join(packages, HOST));
  await writeCliPackage(join(packages, 'cli'));
  for (const target of TARGETS.filter((one) => one !== HOST)) {
    const folder = join(dir, 'announced', target);
    await writePlatformPackage(target, join(ROOT, 'LICENSE'), folder);
    registry.announce(manifestOf(folder));
  }
});

afterAll(async () => {
  endAll();
  await registry.stop();
  rmSync(dir, { recursive: true });
});

const manifestOf = (folder: string): Json => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** An empty folder, and an environment that knows nothing but the registry. */
function emptyFolder(name: string, at = registry): { readonly cwd: string; readonly env: Record<string, string> } {
  const cwd = join(dir, name);
  const home = join(dir, `${name}-home`);
  mkdirSync(cwd);
  mkdirSync(home);
  const config = `registry=${at.url}\n//${new URL(at.url).host}/:_authToken=of-the-test\nupdate-notifier=false\n`;
  writeFileSync(join(home, '.npmrc'), config);
  return { cwd, env: { PATH: path, HOME: home, TMPDIR: dir, BUN_CONFIG_REGISTRY: at.url } };
}

describe('the packages', () => {
  test('of platforms say where they run', () => {
    for (const target of TARGETS) {
      const folder = target === HOST ? join(packages, target) : join(dir, 'announced', target);
      const { name, version, os, cpu, libc, license, repository, scripts } = manifestOf(folder);
      const [system, arch, musl] = target.split('-');
      expect({ name, version, license, repository, scripts }).toEqual({
        name: `@llm-proxy/${target}`,
        version: packageJson.version,
        license: 'MIT',
        repository: packageJson.repository,
        scripts: undefined,
      });
      expect(os).toEqual([system === 'windows' ? 'win32' : system]);
      expect(cpu).toEqual([arch]);
      expect(libc).toEqual(system === 'linux' ? [musl ?? 'glibc'] : undefined);
    }
  });

  test('the one that a person installs asks for each of them, at exactly its own version, and runs nothing', () => {
    const { name, bin, version, optionalDependencies, scripts, dependencies } = manifestOf(join(packages, 'cli'));
    expect(name).toBe('@llm-proxy/cli');
    expect(bin).toEqual({ 'llm-proxy': 'bin/llm-proxy.mjs' });
    expect(optionalDependencies).toEqual(
      Object.fromEntries(TARGETS.map((target) => [platformPackage(target), version])),
    );
    expect({ scripts, dependencies }).toEqual({ scripts: undefined, dependencies: undefined });
  });
});

test.skipIf(!npm)('publishing takes the platforms first, and leaves alone what is there', async () => {
  const other = startNpmRegistry();
  try {
    const from = join(dir, 'small');
    await writePlatformPackage('linux-arm64', join(ROOT, 'LICENSE'), join(from, 'linux-arm64'));
    await writeCliPackage(join(from, 'cli'));
    const { env } = emptyFolder('publisher', other);
    const publish = [process.execPath, 'scripts/publish-npm.ts', '--from', from];
    expect(await command(publish, { cwd: ROOT, env })).toMatchObject({ code: 0 });
    expect(other.published).toEqual(['@llm-proxy/linux-arm64', '@llm-proxy/cli']);
    const again = await command(publish, { cwd: ROOT, env });
    expect(again.code).toBe(0);
    expect(again.out.match(/is published already/g)).toHaveLength(2);
    expect(other.published).toHaveLength(2);
  } finally {
    await other.stop();
  }
});

describe.skipIf(HOST === undefined)('from a registry', () => {
  beforeAll(async () => {
    for (const name of [HOST ?? '', 'cli']) await registry.add(join(packages, name));
  });

  /** Starts what a person types, as a shell does. */
  const typed = (line: string, { cwd, env }: ReturnType<typeof emptyFolder>, port: number): Running =>
    start(['sh', '-c', `exec ${line}`], { cwd, env: { ...env, LLM_PROXY_LISTEN: `127.0.0.1:${port}` } });

  /** It answers, says how to go on in words that work, and a signal to what was typed lets it end. */
  async function answers(gateway: Running, port: number, called: string): Promise<void> {
    await started(gateway);
    expect(await ask(port)).toEqual(ANSWER);
    expect(gateway.stdout()).toContain(`\`${called} init\``);
    gateway.signal('SIGTERM');
    await gateway.exited;
    await eventually(() => gateway.stderr().includes('stopped'));
  }

  const [npx = '', install = '', installed = ''] = documentedCommands(PAGE, 'npm');

  test.skipIf(!npm)('npx answers in an empty folder', async () => {
    expect(npx).toBe('npx @llm-proxy/cli');
    const folder = emptyFolder('npx');
    const port = await findFreePort();
    await answers(typed(npx, folder, port), port, npx);
    // No package of another platform was fetched.
    expect(registry.downloaded.toSorted()).toEqual([
      `tarballs/@llm-proxy/cli-${packageJson.version}.tgz`,
      `tarballs/@llm-proxy/${HOST}-${packageJson.version}.tgz`,
    ]);
    expect(readdirSync(folder.cwd)).toEqual([]);
  });

  test.skipIf(!npm)('npm installs it for good', async () => {
    const folder = emptyFolder('global');
    const prefix = join(folder.env['HOME'] ?? '', 'prefix');
    const env = { ...folder.env, npm_config_prefix: prefix, PATH: `${join(prefix, 'bin')}:${path}` };
    const done = await command(['sh', '-c', `exec ${install}`], { cwd: folder.cwd, env });
    expect(done.code).toBe(0);
    const port = await findFreePort();
    await answers(typed(installed, { ...folder, env }, port), port, 'llm-proxy');
  });

  test.skipIf(!npm)('without optional packages it says what is left out', async () => {
    const folder = emptyFolder('without');
    const without = await command(['npm', 'install', '@llm-proxy/cli', '--omit=optional'], folder);
    expect(without.code).toBe(0);
    const refused = await command([join(folder.cwd, 'node_modules/.bin/llm-proxy'), '--version'], folder);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain(`the package @llm-proxy/${HOST}`);
  });

  test('bunx answers in an empty folder, where there is no Node', async () => {
    expect(PAGE).toContain('`bunx @llm-proxy/cli`');
    const { cwd, env } = emptyFolder('bunx');
    const bin = pathOf(join(dir, 'bun-bin'), ['sh', 'env']);
    for (const name of ['bun', 'bunx']) symlinkSync(process.execPath, join(bin, name));
    const port = await findFreePort();
    const gateway = typed('bunx @llm-proxy/cli', { cwd, env: { ...env, PATH: bin } }, port);
    await answers(gateway, port, 'bunx @llm-proxy/cli');
  });
});
