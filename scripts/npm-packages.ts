import { copyFile, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../package.json';
import { extension } from './executable.ts';
import { REPOSITORY } from '../src/lib/version.ts';
import type { Target } from './runtimes.ts';
import { TARGETS } from './runtimes.ts';

/** The npm scope of all packages. */
const SCOPE = '@llm-proxy';

/** The package that a person names. */
export const CLI_PACKAGE = `${SCOPE}/cli`;

/** The package that holds a platform's executable. */
export function platformPackage(target: Target): string {
  return `${SCOPE}/${target}`;
}

/** Writes the package of one platform into a folder: its executable, and what npm is to know of where it runs. */
export async function writePlatformPackage(target: Target, executable: string, folder: string): Promise<void> {
  const { os, cpu, libc } = platformOf(target);
  const name = platformPackage(target);
  await begin(folder, {
    name,
    description: `The executable of ${CLI_PACKAGE} for ${target}`,
    os: [os],
    cpu: [cpu],
    ...(libc !== undefined && { libc: [libc] }),
    // Yarn would run it from inside an archive.
    preferUnplugged: true,
  });
  const program = join(folder, 'bin', `llm-proxy${extension(target)}`);
  // A hundred megabytes need not be copied within a disk.
  await link(executable, program).catch(() => copyFile(executable, program));
  await writeFile(
    join(folder, 'README.md'),
    `# ${name}\n\nThe executable of [llm-proxy](${REPOSITORY}) for ${target}. ` +
      `Install [${CLI_PACKAGE}](https://www.npmjs.com/package/${CLI_PACKAGE}), which takes this package where it fits.\n`,
  );
}

/** Writes the package that a person installs: the launcher, and one optional package for each platform. */
export async function writeCliPackage(folder: string): Promise<void> {
  await begin(folder, {
    name: CLI_PACKAGE,
    description: packageJson.description,
    keywords: ['llm', 'gateway', 'proxy', 'openai', 'anthropic', 'gemini', 'failover'],
    type: 'module',
    bin: { 'llm-proxy': 'bin/llm-proxy.mjs' },
    engines: { node: '>=20' },
    optionalDependencies: Object.fromEntries(
      TARGETS.map((target) => [platformPackage(target), packageJson.version] as const),
    ),
  });
  const launcher = join(folder, 'bin/llm-proxy.mjs');
  await writeFile(launcher, await asJavaScript('npm/launcher.ts'), { mode: 0o755 });
  await copyFile('npm/README.md', join(folder, 'README.md'));
}

async function begin(folder: string, manifest: object): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'bin'), { recursive: true });
  const { version, license, repository } = packageJson;
  const whole = {
    version,
    license,
    homepage: REPOSITORY,
    repository,
    publishConfig: { access: 'public' },
    ...manifest,
  };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(whole, null, 2)}\n`);
  await copyFile('LICENSE', join(folder, 'LICENSE'));
}

/** What Node runs: the same without its types. */
async function asJavaScript(source: string): Promise<string> {
  const text = await readFile(source, 'utf8');
  const code = new Bun.Transpiler({ loader: 'ts', target: 'node' }).transformSync(text);
  const [head = ''] = /^#!.*\n(?:\/\/.*\n)*/.exec(text) ?? [];
  return head + code.replace(/^#!.*\n/, '');
}

/** In npm's words. */
function platformOf(target: Target): { readonly os: string; readonly cpu: string; readonly libc?: string } {
  const [system = '', cpu = '', libc = 'glibc'] = target.split('-');
  return { os: system === 'windows' ? 'win32' : system, cpu, ...(system === 'linux' && { libc }) };
}
