// Writes docs/cli.md from the table of commands.
import { EXITS, flagWords, VARIABLES } from '../src/commands/help.ts';
import { COMMANDS } from '../src/commands/run.ts';
import type { Command, Flag } from '../src/commands/command.ts';
import { HELP, VERSION_FLAG } from '../src/commands/flags.ts';
import { formatted } from './formatted.ts';
import { table as localizedTable } from './operations/table.ts';
import { writeGenerated } from './write-generated.ts';

const INTRO = `<!-- Generated from src/commands by \`make generate\`. Do not edit. -->

# The command line

\`llm-proxy [COMMAND] [FLAGS]\`. Without a command it serves. Flags may stand before or behind the command, long ones with one
dash or two (\`-config PATH\`, \`--config PATH\`, \`--config=PATH\`). \`llm-proxy help COMMAND\` and \`llm-proxy COMMAND --help\`
print what this page says.`;

const VARIABLES_INTRO = `Keys of providers and whatever \`\${NAME}\` in a config names are read from the environment as well; so are the variables
of the runtime, such as \`HTTPS_PROXY\`, \`NO_PROXY\` and \`NODE_EXTRA_CA_CERTS\`.`;

function section(command: Command): string {
  const { name, summary, text = [], flags, examples, exits } = command;
  const parts = [`## \`${name}\``, `${summary[0]?.toUpperCase()}${summary.slice(1)}.`, ...text];
  for (const argument of [command.argument, command.secondArgument])
    if (argument !== undefined) parts.push(`\`${argument.name}\`: ${argument.help}.`);
  if (flags.length > 0) parts.push(table(['flag', 'meaning'], flags.map(flagRow)));
  const lines = examples.map(({ words, does }) => `llm-proxy ${words.join(' ')} # ${does.replaceAll('`', '')}`);
  parts.push(['```sh', ...lines, '```'].join('\n'));
  if (exits !== undefined) parts.push(`Exit codes: ${list(exits)}.`);
  return parts.join('\n\n');
}

function flagRow(flag: Flag): string[] {
  return [`\`${flagWords(flag)}\``, flag.help + (flag.many === true ? ' (may be repeated)' : '')];
}

function list(exits: Readonly<Record<number, string>>): string {
  return Object.entries(exits)
    .map(([code, meaning]) => `${code}: ${meaning}`)
    .join('; ');
}

/** In English, as it is. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return localizedTable((text) => text, heads, rows);
}

const text = [
  INTRO,
  table(
    ['command', 'what it does'],
    COMMANDS.map(({ name, summary }) => [`[\`${name}\`](#${name})`, summary]),
  ),
  ...COMMANDS.map(section),
  '## Flags of all commands',
  table(['flag', 'meaning'], [HELP, VERSION_FLAG].map(flagRow)),
  '## Exit codes',
  table(['code', 'meaning'], Object.entries(EXITS)),
  '## Environment',
  VARIABLES_INTRO,
  table(
    ['variable', 'meaning'],
    Object.entries(VARIABLES).map(([name, meaning]) => [`\`${name}\``, meaning]),
  ),
].join('\n\n');

await writeGenerated('docs/cli.md', await formatted('docs/cli.md', `${text}\n`));
