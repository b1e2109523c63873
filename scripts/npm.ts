// The npm packages in dist/npm/ (`make npm`), of the executables that `make build-all` has made: one folder for each
// platform, and cli/, which a person installs.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../package.json';
import { executableName } from './executable.ts';
import { platformPackage, writeCliPackage, writePlatformPackage } from './npm-packages.ts';
import { TARGETS } from './runtimes.ts';

const DIST = 'dist';
const TO = join(DIST, 'npm');

for (const target of TARGETS) {
  const executable = join(DIST, executableName(target));
  if (!existsSync(executable)) {
    console.error(`${platformPackage(target)} needs ${executable}, which is not there: run \`make build-all\` first`);
    process.exit(1);
  }
  await writePlatformPackage(target, executable, join(TO, target));
}
await writeCliPackage(join(TO, 'cli'));
console.log(`${TO}: ${(await readdir(TO)).join(', ')}, each ${packageJson.version}`);
