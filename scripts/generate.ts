// `make generate`: writes all that is made from the sources. `--check` writes nothing, and says what is out of date.
const GENERATORS = [
  'config-files.ts',
  'alert-list.ts',
  'admin-api.ts',
  'cli-page.ts',
  'error-codes.ts',
  'vendors-page.ts',
  'operations-page.ts',
  'request-json.ts',
  'sdk-shapes.ts',
  'chart.ts',
];

let failed = false;
for (const script of GENERATORS) {
  const command = [process.execPath, `${import.meta.dir}/${script}`, ...process.argv.slice(2)];
  const child = Bun.spawn(command, {
    cwd: `${import.meta.dir}/..`,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
  });
  if ((await child.exited) !== 0) failed = true;
}
process.exit(failed ? 1 : 0);
