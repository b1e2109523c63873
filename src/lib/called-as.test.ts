import { describe, expect, test } from 'bun:test';
import { type Call, commandOf, shellWord } from './called-as.ts';

const call: Call = {
  env: { PATH: process.env['PATH'] },
  argv0: 'sh',
  script: undefined,
  execPath: '/opt/llm-proxy/llm-proxy',
  cwd: '/home/me/clone',
};

describe('the executable', () => {
  test('is called as it was: by a path, or from PATH', () => {
    expect(commandOf({ ...call, argv0: './dist/llm-proxy' }, ['init'])).toBe('./dist/llm-proxy init');
    expect(commandOf({ ...call, argv0: '/opt/my programs/llm-proxy' }, [])).toBe("'/opt/my programs/llm-proxy'");
    expect(commandOf(call, ['check', '-c', 'my config.yaml'])).toBe("sh check -c 'my config.yaml'");
  });

  test('is called by its path where the name it was given leads nowhere', () => {
    expect(commandOf({ ...call, argv0: 'no-such-program-anywhere' }, ['init'])).toBe('/opt/llm-proxy/llm-proxy init');
    expect(commandOf({ ...call, env: {} }, ['init'])).toBe('/opt/llm-proxy/llm-proxy init');
  });
});

test('from source it is Bun with the script, by the shortest path', () => {
  const bun = { ...call, argv0: 'node_modules/.bin/bun' };
  expect(commandOf({ ...bun, script: '/home/me/clone/src/main.ts' }, ['init'])).toBe(
    'node_modules/.bin/bun src/main.ts init',
  );
  expect(commandOf({ ...bun, script: '/elsewhere/src/main.ts' }, [])).toBe(
    'node_modules/.bin/bun /elsewhere/src/main.ts',
  );
});

describe('LLM_PROXY_COMMAND', () => {
  const by = (text: string, ...args: string[]): string =>
    commandOf({ ...call, env: { LLM_PROXY_COMMAND: text } }, args);

  test('is what goes before the arguments', () => {
    expect(by('npx @llm-proxy/cli', 'check', '-c', 'a b.yaml')).toBe("npx @llm-proxy/cli check -c 'a b.yaml'");
    expect(by('npx @llm-proxy/cli')).toBe('npx @llm-proxy/cli');
  });

  test('says with {} where they stand, as one word', () => {
    expect(by('make run ARGS={}', 'init')).toBe('make run ARGS=init');
    expect(by('make run ARGS={}', 'check', '-c', 'x.yaml')).toBe("make run ARGS='check -c x.yaml'");
    expect(by('make run ARGS={}')).toBe('make run');
  });

  test('says with {} also where words stand for others', () => {
    const env = { LLM_PROXY_COMMAND: 'make run ARGS={}' };
    const words = ['serve', '[FLAGS]'];
    expect(commandOf({ ...call, env }, words, String)).toBe("make run ARGS='serve [FLAGS]'");
    expect(commandOf({ ...call, env: { LLM_PROXY_COMMAND: 'x' } }, words, String)).toBe('x serve [FLAGS]');
  });

  test.each(['', '  ', 'a\nb', '\u001b[2Jx', 'x'.repeat(301)])('counts for nothing as %j', (text) => {
    expect(by(text, 'init')).toBe('/opt/llm-proxy/llm-proxy init');
  });
});

test('a word is quoted as a shell needs it', () => {
  expect(['a', "it's", '$HOME', '', 'a=b'].map(shellWord)).toEqual(['a', `'it'\\''s'`, "'$HOME'", "''", 'a=b']);
});
