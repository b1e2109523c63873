// `make check`: everything about the sources that needs no running gateway. Runs all checks and reports each.
import { readFile, writeFile } from 'node:fs/promises';

const BUN = process.execPath;
const GENERATED = [
  'config.schema.json',
  'docs/cli.md',
  'docs/config.md',
  'docs/errors.md',
  'docs/operations.md',
  'docs/operations.zh-CN.md',
  'docs/vendors.md',
  'deploy/helm/llm-proxy/values.schema.json',
  'deploy/helm/llm-proxy/files/alerts.yml',
  'deploy/helm/llm-proxy/files/dashboard.json',
  'test/shapes/anthropic-messages.json',
  'test/shapes/gemini.json',
  'test/shapes/openai-chat.json',
  'test/shapes/openai-responses.json',
];
const GENERATORS = [
  'src/config/generate.ts',
  'scripts/cli-page.ts',
  'scripts/error-codes.ts',
  'scripts/vendors-page.ts',
  'scripts/operations-page.ts',
  'scripts/sdk-shapes.ts',
  'scripts/chart.ts',
];

/** One check: prints its own complaints and says whether the sources passed. */
interface Check {
  name: string;
  run: () => Promise<boolean>;
}

// oxlint and knip are Node programs; running them on Bun spares a machine with only Bun the Node.
const CHECKS: Check[] = [
  { name: 'types', run: () => command(BUN, 'check') },
  { name: 'format', run: () => command(BUN, 'fmt', '--check') },
  {
    name: 'lint',
    run: () => command(BUN, '--bun', 'node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'),
  },
  { name: 'unused code', run: () => command(BUN, 'node_modules/knip/bin/knip-bun.js', '--no-progress') },
  { name: 'generated files', run: generatedFilesUpToDate },
];

let failed = 0;
for (const check of CHECKS) {
  const startedAt = performance.now();
  const ok = await check.run();
  if (!ok) failed += 1;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${check.name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
}
console.log(`${CHECKS.length - failed} checks passed\n${failed} checks failed`);
process.exit(failed === 0 ? 0 : 1);

/** Runs a program with its output shown only when it fails. */
async function command(...argv: string[]): Promise<boolean> {
  const child = Bun.spawn(argv, { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (code !== 0) process.stdout.write(`\n${stdout}${stderr}\n`);
  return code === 0;
}

/** Regenerates, compares with what is in the tree, and puts the tree's version back: a check changes nothing. */
async function generatedFilesUpToDate(): Promise<boolean> {
  const before = await Promise.all(GENERATED.map(contentOf));
  let generated = true;
  for (const generator of GENERATORS) generated = (await command(BUN, generator)) && generated;
  const after = await Promise.all(GENERATED.map(contentOf));
  let same = generated;
  for (const [index, path] of GENERATED.entries()) {
    const old = before[index];
    if (old === after[index] && old !== undefined) continue;
    same = false;
    console.log(`${path} is not what its source generates: run \`make generate\``);
    if (old !== undefined) await writeFile(path, old);
  }
  return same;
}

async function contentOf(path: string): Promise<string | undefined> {
  // A file that was never generated is one that is not up to date, not a crash of the check.
  return await readFile(path, 'utf8').catch(() => undefined);
}
