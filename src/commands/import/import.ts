import { writeFile } from 'node:fs/promises';
import { readBounded, UnreadableFile } from '../../lib/bounded-file.ts';
import { commandLine } from '../../lib/called-as.ts';
import { printable } from '../../lib/printable.ts';
import type { Command, CommandLine, Flag } from '../command.ts';
import { maskLikely, UsageError } from '../command.ts';
import { problemsOf } from './check-config.ts';
import { configText } from './config-text.ts';
import { convertLiteLlm } from './litellm/convert.ts';
import { UnreadableSource } from './litellm/read-source.ts';
import type { Converted } from './litellm/convert.ts';

const OUT: Flag = {
  name: 'out',
  value: 'FILE',
  help: 'the file to write, which must not exist; without it the config goes to standard output, and the list to standard error',
};

/** `llm-proxy import`: writes a config that does what the config of another gateway does, and says where it does not. */
export const importConfig: Command = {
  name: 'import',
  summary: 'write a config from the one of another gateway (LiteLLM), with a list of what differs',
  text: [
    "`import litellm FILE` reads the config of LiteLLM's proxy. The list says of each setting whether it is taken exactly, nearly (and what differs), or not (and what to do instead).",
    'Keys that stand in the file as text are not copied: the config names an environment variable for each, and the list says which. The config is checked before it is written; variables that are not set yet, and files of secrets, are looked at when the gateway starts.',
  ],
  argument: { name: 'FORMAT', help: '`litellm`' },
  secondArgument: { name: 'FILE', help: 'the config to read' },
  flags: [OUT],
  examples: [
    { words: ['import', 'litellm', 'litellm.yaml'], does: 'prints the config, and the list of what was taken' },
    { words: ['import', 'litellm', 'litellm.yaml', '--out', 'config.yaml'], does: 'writes `config.yaml`' },
  ],
  exits: { 1: 'the file cannot be read, holds nothing to import, or the result cannot be written' },
  run,
};

async function run(line: CommandLine): Promise<number> {
  const { argument: format, secondArgument: source, flags, out, err } = line;
  if (format === undefined) throw new UsageError('import needs a format and a file (litellm FILE)');
  if (format !== 'litellm') throw new UsageError(`unknown format ${format} of import (litellm)`);
  if (source === undefined) throw new UsageError('import litellm needs the file to read');
  const target = flags.value(OUT);
  const list = target === undefined ? err : out;
  try {
    const converted = convertLiteLlm((await readBounded(source, MAX_BYTES)).toString('utf8'));
    for (const text of listOf(converted)) list(printable(maskLikely(text)));
    const problems = problemsOf(converted.config, source);
    if (problems.length > 0) {
      err('The result is no valid config; nothing was written:');
      for (const problem of problems) err(printable(maskLikely(problem)));
      return 1;
    }
    const text = configText(converted.config, source);
    if (target === undefined) out(text.trimEnd());
    else {
      await writeFile(target, text, { flag: 'wx', mode: 0o600 });
      out(`${target} written. Look at it, set the variables, and check it: ${commandLine('check', '-c', target)}`);
    }
    return 0;
  } catch (error) {
    err(printable(reasonOf(error, source, target)));
    return 1;
  }
}

/** LiteLLM's largest examples have a few hundred KiB. */
const MAX_BYTES = 16 * 1024 * 1024;

function listOf({ notes, variables }: Converted): string[] {
  return [
    ...notes.lines(),
    ...(variables.length === 0
      ? []
      : [
          'Set these environment variables: the file has their values as text, and they were not copied.',
          ...variables.map(({ name, from }) => `  ${name}: the value of ${from}`),
        ]),
    notes.summary(),
  ];
}

function reasonOf(error: unknown, source: string, target: string | undefined): string {
  if (error instanceof UnreadableSource) return `${source}: ${error.message}`;
  if (error instanceof UnreadableFile)
    return `${source}: ${error.code === 'ENOENT' ? 'the file does not exist' : `the file ${error.message}`}`;
  const { code } = error as NodeJS.ErrnoException;
  if (target === undefined || code === undefined) throw error;
  return code === 'EEXIST'
    ? `${target}: exists already and is left as it is (remove it, or name another with --out FILE)`
    : `${target}: cannot be written: ${code} (name another with --out FILE)`;
}
