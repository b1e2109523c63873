// `make check`: everything about the sources that needs no running gateway. Runs all checks and reports each.
const BUN = process.execPath;

/** One check: prints its own complaints and says whether the sources passed. */
interface Check {
  name: string;
  run: () => Promise<boolean>;
}

// oxlint and knip are Node programs; running them on Bun spares a machine with only Bun the Node.
const CHECKS: Check[] = [
  { name: 'types', run: () => command(BUN, 'check') },
  { name: 'types of the console', run: () => command(BUN, 'check', '-p', 'console') },
  { name: 'format', run: () => command(BUN, 'fmt', '--check') },
  {
    name: 'lint',
    run: () => command(BUN, '--bun', 'node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'),
  },
  { name: 'unused code', run: () => command(BUN, 'node_modules/knip/bin/knip-bun.js', '--no-progress') },
  { name: 'generated files', run: () => command(BUN, 'scripts/generate.ts', '--check') },
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
