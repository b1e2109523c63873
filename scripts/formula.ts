// dist/llm-proxy.rb (`make formula`): the Homebrew formula of the release whose dist/SHA256SUMS is there, from the one in
// deploy/homebrew.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { version } from '../package.json';
import { executableName } from './executable.ts';
import { REPOSITORY } from '../src/lib/version.ts';
import { TARGETS } from './runtimes.ts';

const { values } = parseArgs({ options: { dist: { type: 'string', default: 'dist' } } });
const sumsFile = `${values.dist}/SHA256SUMS`;
if (!existsSync(sumsFile)) {
  console.error(`The formula needs ${sumsFile}, which is not there: run \`make build-all\` first`);
  process.exit(1);
}
const sums = new Map(
  (await readFile(sumsFile, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/).toReversed() as [file: string, hash: string]),
);

const formula = (await readFile('deploy/homebrew/llm-proxy.rb', 'utf8'))
  .replace(/^# .*\n/, '')
  .replaceAll(/\{\{(\w+)(?: (\S+))?\}\}/g, (_, what: string, platform?: string) => valueOf(what, platform));
await writeFile(`${values.dist}/llm-proxy.rb`, formula);
console.log(`${values.dist}/llm-proxy.rb ${version}`);

function valueOf(what: string, platform: string | undefined): string {
  if (what === 'version') return version;
  const target = TARGETS.find((one) => one === platform);
  if (target === undefined) throw new Error(`deploy/homebrew/llm-proxy.rb: there is no executable for ${platform}`);
  const file = executableName(target);
  if (what === 'url') return `${REPOSITORY}/releases/download/v${version}/${file}`;
  const hash = sums.get(file);
  if (what !== 'sha256' || hash === undefined) throw new Error(`${values.dist}/SHA256SUMS does not name ${file}`);
  return hash;
}
