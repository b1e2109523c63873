import { editorJsonSchema } from './json-schema.ts';
import { referenceMarkdown } from './reference.ts';

/** A file that is made from the config schema. */
export interface GeneratedFile {
  /** Relative to the root of the repository. */
  path: string;
  text: string;
}

/** `config.schema.json` and `docs/config.md`, formatted as `bun fmt` would. */
export async function generateFiles(): Promise<GeneratedFile[]> {
  return Promise.all([
    formatted('config.schema.json', JSON.stringify(editorJsonSchema())),
    formatted('docs/config.md', referenceMarkdown()),
  ]);
}

async function formatted(path: string, text: string): Promise<GeneratedFile> {
  const command = [process.execPath, 'fmt', `--stdin-filepath=${path}`];
  const formatter = Bun.spawn(command, { cwd: ROOT, stdin: new Blob([text]), stdout: 'pipe', stderr: 'inherit' });
  const output = await new Response(formatter.stdout).text();
  if ((await formatter.exited) !== 0) throw new Error(`bun fmt failed on ${path}`);
  return { path, text: output };
}

const ROOT = `${import.meta.dir}/../..`;

if (import.meta.main) {
  for (const file of await generateFiles()) await Bun.write(`${ROOT}/${file.path}`, file.text);
}
