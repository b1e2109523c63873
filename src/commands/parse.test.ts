import { describe, expect, test } from 'bun:test';
import { type Command, type Flag, UsageError } from './command.ts';
import { helpOf, overview } from './help.ts';
import { parse } from './parse.ts';
import { COMMANDS } from './run.ts';

const [serve] = COMMANDS as [Command];
const read = (...argv: string[]) => parse(argv, COMMANDS, serve);
const flag = (name: string): Flag => ({ name, help: '' });

/** What is wrong with a command line. */
function wrong(...argv: string[]): string {
  try {
    read(...argv);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'nothing';
}

describe('the config is named', () => {
  test.each([
    [['-config', 'x.yaml']],
    [['--config', 'x.yaml']],
    [['-c', 'x.yaml']],
    [['-config=x.yaml']],
    [['--config=x.yaml']],
    [['-c=x.yaml']],
  ])('by %j, before the command and behind it', (words) => {
    for (const argv of [words, [...words, 'check'], ['check', ...words], ['-c', 'y.yaml', 'check', ...words]]) {
      const { command, flags, asks } = read(...argv);
      expect([command?.name, flags.value(flag('config')), asks]).toEqual([
        argv.includes('check') ? 'check' : undefined,
        'x.yaml',
        'run',
      ]);
    }
  });

  test('by what begins with a dash, where it cannot be a flag', () => {
    expect(read('--config=-x').flags.value(flag('config'))).toBe('-x');
  });
});

test('flags that may be repeated keep all their values', () => {
  const { flags } = read('check', '--live', '--alias', 'a', '-alias=b');
  expect([flags.all(flag('alias')), flags.has(flag('live')), flags.has(flag('json'))]).toEqual([
    ['a', 'b'],
    true,
    false,
  ]);
});

test.each([['--help'], ['-h'], ['-help']])('%s asks for help, of a command if there is one', (word) => {
  expect(read(word)).toMatchObject({ asks: 'help', command: undefined });
  expect(read('check', word)).toMatchObject({ asks: 'help', command: { name: 'check' } });
  expect(read(word, '-c', 'x.yaml', 'check')).toMatchObject({ asks: 'help', command: { name: 'check' } });
});

test.each([['--version'], ['-version']])('%s asks for the version', (word) => {
  expect(read(word).asks).toBe('version');
});

test.each<[string[], string]>([
  [['--verbos'], 'unknown flag --verbos of serve'],
  [['--versoin'], 'unknown flag --versoin of serve (did you mean --version?)'],
  [['check', '-x'], 'unknown flag -x of check'],
  [['check', '--jsno'], 'unknown flag --jsno of check (did you mean --json?)'],
  [['-confg', 'x.yaml'], 'unknown flag -confg of serve (did you mean --config?)'],
  [['-confg=secret'], 'unknown flag -confg of serve (did you mean --config?)'],
  [['check', '--port', '1'], '--port is a flag of serve, not of check'],
  [['--live'], '--live is a flag of check, not of serve'],
  [
    ['schema', '-c', 'x'],
    '-c is a flag of serve, check, init, health, prices, explain, keys, teams, usage, ledger, db, not of schema',
  ],
  [['serve', '--config'], '--config needs a value (PATH)'],
  [['serve', '--config='], '--config needs a value (PATH)'],
  [['serve', '-c', '--port', '1'], '-c needs a value (PATH), and --port looks like another flag'],
  [['check', '--live=yes'], '--live takes no value'],
  [['chekc'], 'unknown command chekc (did you mean check?)'],
  [['config.yaml'], 'unknown command config.yaml (a config: -c config.yaml)'],
  [['nonsense'], 'unknown command nonsense'],
  [['check', 'config.yaml'], 'unexpected argument config.yaml of check'],
  [['explain', 'a', 'b'], 'unexpected argument b of explain'],
  [['help', 'a', 'b'], 'unexpected argument b of help'],
])('%j is wrong: %s', (argv, message) => {
  expect(wrong(...argv)).toBe(message);
});

describe('the table of commands', () => {
  test('has each flag mean the same kind of thing everywhere', () => {
    const kinds = new Map<string, string>();
    for (const { name, short, value } of COMMANDS.flatMap(({ flags }) => flags)) {
      const kind = `${short} ${value}`;
      expect([name, kinds.get(name) ?? kind]).toEqual([name, kind]);
      kinds.set(name, kind);
    }
  });

  test.each(COMMANDS.map((command) => [command.name, command] as const))(
    'has examples of %s that can be read',
    (_, command) => {
      expect(command.examples.length).toBeGreaterThan(0);
      for (const { words } of command.examples) expect(read(...words).command).toBe(command);
    },
  );

  test('is all there is in the help', () => {
    const text = overview(COMMANDS);
    for (const { summary } of COMMANDS) expect(text.replaceAll(/\s+/g, ' ')).toContain(summary);
    for (const command of COMMANDS) {
      const told = helpOf(command);
      for (const { name } of command.flags) expect(told).toContain(`--${name}`);
      expect(told).toContain(command.summary);
    }
    for (const line of [text, ...COMMANDS.map(helpOf)].join('\n').split('\n')) expect(line.trimEnd()).toBe(line);
  });
});
