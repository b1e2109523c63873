import { writeFile } from 'node:fs/promises';
import starterText from './starter.yaml' with { type: 'text' };

type Print = (line: string) => void;

/** `llm-proxy init`: writes a commented starter config that only its owner may read; the exit code. Never overwrites. */
export async function init(path: string | undefined, out: Print, err: Print): Promise<number> {
  const file = path ?? 'config.yaml';
  try {
    await writeFile(file, starter, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    err(`${file}: ${reason(error as NodeJS.ErrnoException)}`);
    return 1;
  }
  const named = path === undefined ? '' : ` -config ${path}`;
  out(`${file} written: it works as it is, with the embedded demo backend. Start with: llm-proxy${named}`);
  return 0;
}

// The types of Bun know `.yaml` as parsed data; `type: 'text'` makes it text, also in the compiled executable.
const starter: string = starterText as never;

function reason(error: NodeJS.ErrnoException): string {
  if (error.code === 'EEXIST')
    return 'exists already and is left as it is (remove it, or name another with -config PATH)';
  if (error.code === 'ENOENT') return 'its folder does not exist (make it first, or name another with -config PATH)';
  return `cannot be written: ${error.code ?? error.message} (name another with -config PATH)`;
}
