// Publishes the packages of a folder (dist/npm) with `npm publish` and the arguments given, those of the platforms first:
// whoever installs the one that a person names must find them. What is published already is left alone, so a run that was
// broken off can be repeated.
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CLI_PACKAGE } from './npm-packages.ts';

const { values } = parseArgs({
  options: { from: { type: 'string', default: 'dist/npm' }, provenance: { type: 'boolean', default: false } },
});

const folders = (await readdir(values.from)).map((name) => resolve(values.from, name));
const packages = await Promise.all(folders.map(async (folder) => ({ folder, ...(await manifestOf(folder)) })));
packages.sort((one, other) => Number(one.name === CLI_PACKAGE) - Number(other.name === CLI_PACKAGE));

const registry = await registryOf();
for (const { folder, name, version } of packages) {
  if (await isPublished(name, version)) {
    console.log(`${name}@${version} is published already`);
    continue;
  }
  const publish = ['npm', 'publish', folder, ...(values.provenance ? ['--provenance'] : [])];
  if ((await Bun.spawn(publish, { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' }).exited) !== 0) {
    console.error(
      `${name}@${version} could not be published: npm's reason is above. Run this again when it is mended.`,
    );
    process.exit(1);
  }
}

interface Manifest {
  readonly name: string;
  readonly version: string;
}

async function manifestOf(folder: string): Promise<Manifest> {
  return (await Bun.file(join(folder, 'package.json')).json()) as Manifest;
}

/** By the registry's own word, because each question to npm takes a second. */
async function isPublished(name: string, version: string): Promise<boolean> {
  const response = await fetch(new URL(name.replace('/', '%2f'), registry));
  if (response.status === 404) return false;
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
  const { versions } = (await response.json()) as { readonly versions: object };
  return version in versions;
}

/** Where npm publishes to, with a slash at its end. */
async function registryOf(): Promise<string> {
  const child = Bun.spawn(['npm', 'config', 'get', 'registry'], { stdin: 'ignore', stdout: 'pipe' });
  const url = (await child.stdout.text()).trim();
  return url.endsWith('/') ? url : `${url}/`;
}
