// dist/llm-proxy.cdx.json: what is inside the executables, as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/).
// From package-lock.json alone, so that the same sources give the same list.
import { mkdir, writeFile } from 'node:fs/promises';
import packageJson from '../package.json';
import type { LockedPackage } from './lockfile.ts';
import { lockedPackage, sha512Of } from './lockfile.ts';
import { runtimePackage, TARGETS } from './runtimes.ts';

const ROOT = refOf(packageJson.name, packageJson.version);

// The package `bun` is what runs the sources; what is inside an executable is the runtime of its platform.
const libraries = withTheirOwn(Object.keys(packageJson.dependencies).filter((name) => name !== 'bun'));
const runtimes = TARGETS.map((target) => runtimePackage(target));
const names = [...libraries, ...runtimes];

const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    component: {
      'bom-ref': ROOT,
      type: 'application',
      name: packageJson.name,
      version: packageJson.version,
      description: packageJson.description,
      purl: ROOT,
      licenses: [{ license: { id: packageJson.license } }],
    },
  },
  components: names.map((name) => componentOf(name, lockedPackage(name))),
  dependencies: [
    { ref: ROOT, dependsOn: names.map((name) => refOf(name, lockedPackage(name).version)) },
    ...names.map((name) => ({
      ref: refOf(name, lockedPackage(name).version),
      dependsOn: ownOf(name).map((own) => refOf(own, lockedPackage(own).version)),
    })),
  ],
};

await mkdir('dist', { recursive: true });
await writeFile('dist/llm-proxy.cdx.json', `${JSON.stringify(bom, null, 2)}\n`);
console.log(`dist/llm-proxy.cdx.json (${names.length} components)`);

function componentOf(name: string, locked: LockedPackage & { readonly integrity: string }) {
  const ref = refOf(name, locked.version);
  const isRuntime = runtimes.some((runtime) => runtime === name);
  return {
    'bom-ref': ref,
    type: isRuntime ? 'platform' : 'library',
    name,
    version: locked.version,
    ...(isRuntime ? { description: 'The runtime inside the executable of this platform.', scope: 'optional' } : {}),
    purl: ref,
    hashes: [{ alg: 'SHA-512', content: sha512Of(locked) }],
    licenses: [{ license: { id: locked.license ?? 'NOASSERTION' } }],
  };
}

/** The packages and what they depend on, each once. */
function withTheirOwn(roots: readonly string[]): string[] {
  const found = new Set<string>();
  const waiting = [...roots];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...ownOf(name));
  }
  return [...found].toSorted();
}

function ownOf(name: string): string[] {
  return Object.keys(lockedPackage(name).dependencies ?? {});
}

/** A package URL: https://github.com/package-url/purl-spec */
function refOf(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}
