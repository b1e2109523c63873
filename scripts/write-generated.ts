import { join } from 'node:path';

const ROOT = join(import.meta.dir, '..');

/**
 * Writes a generated file; `path` is relative to the root. With `--check` on the command line it writes nothing, and says
 * where the file is another one.
 */
export async function writeGenerated(path: string, text: string): Promise<void> {
  const file = Bun.file(join(ROOT, path));
  if (!process.argv.includes('--check')) await Bun.write(file, text);
  else if (!(await file.exists()) || (await file.text()) !== text) {
    console.log(`${path} is not what its source generates: run \`make generate\``);
    process.exitCode = 1;
  }
}
