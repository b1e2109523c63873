// What a release is made of: everything from outside is named by its hash, and what comes out can be checked.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Glob } from 'bun';
import { parse } from 'yaml';
import packageJson from '../package.json';
import { executableName } from '../scripts/executable.ts';
import { REPOSITORY } from '../src/lib/version.ts';
import { TARGETS } from '../scripts/runtimes.ts';
import type { Json } from './kit/json.ts';

const ROOT = join(import.meta.dir, '..');
const WORKFLOWS = Array.from(new Glob('.github/workflows/*.yml').scanSync({ cwd: ROOT, dot: true }));
const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('from outside comes only what is named by its hash', () => {
  test('actions of workflows', () => {
    const used = WORKFLOWS.flatMap((path) => [...text(path).matchAll(/uses: (\S+)/g)].map(([, action]) => action));
    expect(used.length).toBeGreaterThan(10);
    for (const action of used) expect(action).toMatch(/^[\w./-]+@[0-9a-f]{40}$/);
  });

  test.each(['Dockerfile', 'deploy/docker-compose/compose.yaml', '.github/workflows/ci.yml'])(
    'images of %s',
    (path) => {
      const images = [...text(path).matchAll(/^ *(?:FROM(?: --\S+)*|image:|container:) +(\S+)/gm)].map(
        ([, image]) => image,
      );
      // What is built here has no hash yet.
      const foreign = images.filter((image) => !image?.includes('llm-proxy:local'));
      expect(foreign.length).toBeGreaterThan(0);
      for (const image of foreign) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
    },
  );

  test('a checkout leaves no credentials for later steps', () => {
    for (const path of WORKFLOWS) {
      const checkouts = text(path).split('actions/checkout@').slice(1);
      for (const step of checkouts) expect(step.split(/\n {6}- /)[0]).toContain('persist-credentials: false');
    }
  });
});

describe('the workflow of a release', () => {
  const { jobs } = parse(text('.github/workflows/release.yml'));
  const commands = (job: string): string[] =>
    jobs[job].steps.flatMap(({ run }: Json) => (run === undefined ? [] : [run]));
  const all = Object.keys(jobs).flatMap(commands);

  test('calls what there is', () => {
    const targets = [...text('Makefile').matchAll(/^([a-z-]+):/gm)].map(([, target]) => target);
    const made = all.flatMap((line) =>
      [...line.matchAll(/\bmake ([a-z -]+)/g)].flatMap(([, words = '']) => words.split(' ')),
    );
    expect(made.length).toBeGreaterThan(2);
    for (const target of made) expect(targets).toContain(target);
    const scripts = all.flatMap((line) => line.match(/\bscripts\/[\w.-]+/g) ?? []);
    expect(scripts.length).toBeGreaterThan(2);
    for (const path of scripts) expect(existsSync(join(ROOT, path))).toBe(true);
  });

  test('publishes whatever the pages tell people to fetch', () => {
    const upload = commands('executables').find((line) => line.startsWith('gh release create')) ?? '';
    const assets = upload.split(' ').filter((word) => /^(?:dist\/|install)/.test(word));
    const globs = assets.map((asset) => new Glob(asset.replace(/^dist\//, '')));
    const pages = [...new Glob('{*.md,docs/*.md,install.sh}').scanSync({ cwd: ROOT })].map(text).join('\n');
    const fetched = [...pages.matchAll(/\/releases\/latest\/download\/([\w.-]+)/g)].map(([, name = '']) => name);
    const needed = ['SHA256SUMS', 'SHA256SUMS.sigstore.json', 'install.sh', 'llm-proxy.rb', ...fetched];
    for (const target of TARGETS) needed.push(executableName(target), `${executableName(target)}.gz`);
    for (const name of needed)
      expect({ name, isThere: globs.some((glob) => glob.match(name)) }).toEqual({ name, isThere: true });
  });

  test('gives its identity only to the jobs that sign or publish with it', () => {
    for (const [name, { permissions, steps }] of Object.entries<Json>(jobs)) {
      expect([name, permissions['id-token']]).toEqual([name, 'write']);
      expect(steps.some(({ run = '' }: Json) => /cosign sign|--provenance/.test(run))).toBe(true);
      expect(JSON.stringify(steps)).not.toMatch(/NPM_TOKEN|NODE_AUTH_TOKEN/);
    }
    // What is signed is checked by whose workflow signed it.
    const identity = `${REPOSITORY}/.github/workflows/release.yml@refs/tags/v`;
    for (const path of ['install.sh', 'SECURITY.md', 'docs/install.md'])
      expect(text(path).replaceAll('\\', '')).toContain(identity);
    // Of the very version: an older release is signed as well.
    expect(text('install.sh')).toContain(`--certificate-identity "${identity}$3"`);
    expect(text('SECURITY.md')).toContain(`--certificate-identity ${identity}${packageJson.version} `);
  });
});

describe('the Bun in an executable for another platform', () => {
  let dir: string;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'llm-proxy-runtime-'));
    copyFileSync(join(ROOT, 'package-lock.json'), join(dir, 'package-lock.json'));
    mkdirSync(join(dir, 'bin'));
  });

  afterAll(() => rmSync(dir, { recursive: true }));

  test('is not taken from a registry that serves another than the lock names', async () => {
    // Packs what the lock does not know, as a registry that was broken into would.
    writeFileSync(
      join(dir, 'bin/npm'),
      '#!/bin/sh\nmkdir -p package/bin && echo evil > package/bin/bun && tar -czf "$4/evil.tgz" package && echo evil.tgz\n',
    );
    chmodSync(join(dir, 'bin/npm'), 0o755);
    const script = `import { runtimeFor } from ${JSON.stringify(join(ROOT, 'scripts/runtimes.ts'))}; await runtimeFor('linux-arm64');`;
    const child = Bun.spawn([process.execPath, '-e', script], {
      cwd: dir,
      env: { PATH: `${join(dir, 'bin')}:/usr/bin:/bin` },
      stderr: 'pipe',
      stdout: 'ignore',
    });
    const [said, code] = await Promise.all([child.stderr.text(), child.exited]);
    expect(said).toContain('@oven/bun-linux-aarch64@1.4.5 is not the package that package-lock.json names');
    expect(code).not.toBe(0);
    expect([...new Glob('**/bun').scanSync({ cwd: join(dir, 'node_modules'), dot: true })]).toEqual([]);
  });
});

test('the list of what is inside names every library and runtime, with its hash', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-sbom-'));
  try {
    copyFileSync(join(ROOT, 'package-lock.json'), join(dir, 'package-lock.json'));
    const child = Bun.spawn([process.execPath, join(ROOT, 'scripts/sbom.ts')], { cwd: dir, stdout: 'ignore' });
    expect(await child.exited).toBe(0);
    const bom: Json = JSON.parse(readFileSync(join(dir, 'dist/llm-proxy.cdx.json'), 'utf8'));
    const named = bom.components.map(({ name, version }: Json) => `${name}@${version}`);
    const { bun, ...libraries } = packageJson.dependencies;
    const direct = Object.entries(libraries).map(([name, version]) => `${name}@${version}`);
    const runtimes = ['linux-x64', 'linux-x64-musl', 'linux-aarch64-musl', 'darwin-aarch64', 'windows-aarch64'];
    expect(named).toEqual(expect.arrayContaining([...direct, ...runtimes.map((name) => `@oven/bun-${name}@${bun}`)]));
    expect(named).not.toContain(`bun@${bun}`);
    for (const { hashes, licenses, purl } of bom.components) {
      expect(hashes[0].content).toMatch(/^[0-9a-f]{128}$/);
      expect(licenses[0].license.id).toMatch(/^(MIT|ISC|Apache-2\.0|BSD-\d-Clause)$/);
      expect(purl).toMatch(/^pkg:npm\//);
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});
