import { open, rm } from 'node:fs/promises';
import { commandLine } from '../lib/called-as.ts';
import { withOwnCommands } from '../lib/plain-text.ts';
import { RELEASE, REPOSITORY } from '../lib/version.ts';
import type { Command, CommandLine } from './command.ts';
import { CONFIG, configPath } from './flags.ts';
import starterText from './starter.yaml' with { type: 'text' };

/** `llm-proxy init`: writes a commented starter config that only its owner may read. Never overwrites. */
export const init: Command = {
  name: 'init',
  summary: 'write a commented config to start from',
  text: [
    'The config works as it is, with the embedded demo backend. Only its owner may read it, for it will hold keys. A file that exists is left as it is.',
    'Its first line tells editors where the JSON Schema of a config is: those with a YAML language server (VS Code with the YAML extension, JetBrains, Neovim, Helix) then complete and explain every key.',
  ],
  flags: [{ ...CONFIG, help: 'the file to write (default: `$LLM_PROXY_CONFIG`, else `config.yaml`)' }],
  examples: [
    { words: ['init'], does: 'writes `config.yaml`' },
    { words: ['init', '-c', 'gateway.yaml'], does: 'writes `gateway.yaml`' },
  ],
  run: write,
};

async function write(line: CommandLine): Promise<number> {
  const file = configPath(line);
  try {
    await writeNew(file, starter());
  } catch (error) {
    line.err(`${file}: ${reason(error as NodeJS.ErrnoException)}`);
    return 1;
  }
  const named = line.flags.has(CONFIG) ? ['-c', file] : [];
  line.out(`${file} written: it works as it is, with the embedded demo backend.`);
  line.out(`Start with: ${commandLine('serve', ...named)}`);
  return 0;
}

/** All of it or nothing: half a config would be taken for one. */
async function writeNew(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/** The schema as it was when this version was released, as editors fetch it. */
export const SCHEMA_URL = `${REPOSITORY.replace('github.com', 'raw.githubusercontent.com')}/v${RELEASE}/config.schema.json`;

/** The starter, with commands in it that work where it is written. */
function starter(): string {
  // The types of Bun know `.yaml` as parsed data; `type: 'text'` makes it text, also in the compiled executable.
  const text: string = starterText as never;
  return withOwnCommands(text.replace('SCHEMA_URL', SCHEMA_URL));
}

function reason(error: NodeJS.ErrnoException): string {
  if (error.code === 'EEXIST')
    return 'exists already and is left as it is (remove it, or name another with --config PATH)';
  if (error.code === 'ENOENT') return 'its folder does not exist (make it first, or name another with --config PATH)';
  return `cannot be written: ${error.code ?? error.message} (name another with --config PATH)`;
}
