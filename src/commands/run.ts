import { VERSION } from '../lib/version.ts';
import { check } from './check.ts';
import { health } from './health.ts';
import { init } from './init.ts';
import { serve } from './serve.ts';

const HELP = `llm-proxy ${VERSION}: a gateway for LLM APIs

  llm-proxy [serve]     serve ./config.yaml; without one, the embedded demo and the providers whose keys are set
  llm-proxy check       say what is wrong with a config, and exit 0 or 1
  llm-proxy init        write a commented config to start from
  llm-proxy health      ask a running gateway whether it lives, and exit 0 or 1

  -c, --config PATH     the config file (./config.yaml)
      --url URL         health: the gateway's address (http://127.0.0.1:8765)
  -h, --help            this text
      --version         the version
`;

const COMMANDS = ['serve', 'check', 'init', 'health'] as const;
type Command = (typeof COMMANDS)[number];

interface Arguments {
  readonly command: Command;
  readonly config: string | undefined;
  readonly url: string | undefined;
}

/** Runs the command of a command line (without the program's name); resolves to the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parse(argv);
  if (parsed === 'help') return print(HELP);
  if (parsed === 'version') return print(`${VERSION}\n`);
  if (typeof parsed === 'string') {
    console.error(`llm-proxy: ${parsed}\nRun llm-proxy --help for what there is.`);
    return 2;
  }
  const { command, config, url } = parsed;
  switch (command) {
    case 'serve':
      return await serve(config);
    case 'check':
      return await check(config, console.log, console.error, process.env);
    case 'init':
      return await init(config, console.log, console.error);
    case 'health':
      return await health(url, console.error);
  }
}

/** Reads a command line; a text is what is wrong with it. */
function parse(argv: readonly string[]): Arguments | string {
  let command: Command | undefined;
  const values: { config?: string; url?: string } = {};
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '-h' || word === '--help' || word === '-help' || word === 'help') return 'help';
    if (word === '--version' || word === '-version' || word === 'version') return 'version';
    const flag = /^--?(config|c|url)(?:=(.*))?$/s.exec(word);
    if (flag !== null) {
      const value = flag[2] ?? argv[++index];
      if (value === undefined || value === '') return `${word} needs a value`;
      values[flag[1] === 'url' ? 'url' : 'config'] = value;
    } else if (word.startsWith('-')) {
      return `unknown flag ${word}`;
    } else if (command === undefined && (COMMANDS as readonly string[]).includes(word)) {
      command = word as Command;
    } else {
      return command === undefined ? `unknown command ${word}` : `unexpected argument ${word}`;
    }
  }
  return { command: command ?? 'serve', config: values.config, url: values.url };
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
