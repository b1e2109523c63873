import { join } from 'node:path';

/** `text` as `bun fmt` would have it in the file at `path`, which is relative to the root. Throws where it cannot. */
export async function formatted(path: string, text: string): Promise<string> {
  const formatter = Bun.spawn([process.execPath, 'fmt', `--stdin-filepath=${path}`], {
    cwd: join(import.meta.dir, '..'),
    stdin: new Blob([text]),
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [output, complaint] = await Promise.all([formatter.stdout.text(), formatter.stderr.text()]);
  if ((await formatter.exited) !== 0) throw new Error(`bun fmt failed on ${path}: ${complaint}`);
  return output;
}
