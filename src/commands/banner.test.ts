import { describe, expect, test } from 'bun:test';
import { parseListen } from '../config/listen.ts';
import type { ListenChoice } from '../config/listen-choice.ts';
import { configOf } from '../config/schema.ts';
import { commandLine } from '../lib/called-as.ts';
import { VERSION } from '../lib/version.ts';
import { banner, type Started } from './banner.ts';

const routes = [{ backend: 'demo', model: 'demo' }];

function lines(value: string, from: ListenChoice['from'], config: object = {}, more: Partial<Started> = {}): string[] {
  const backends = [{ name: 'demo', url: 'demo:' }];
  const text = banner({
    config: configOf({ backends, models: { demo: { routes } }, ...config }, value),
    listen: { value, from },
    address: parseListen(value),
    file: 'config.yaml',
    missing: 'config.yaml',
    dangers: [],
    ...more,
  });
  return text.trimEnd().split('\n');
}

describe('the start says where it listens, and why', () => {
  const KEY = { proxy_api_key: '0123456789abcdef' };
  test.each<[string, ListenChoice['from'], object, string]>([
    ['127.0.0.1:8765', 'default', {}, 'http://127.0.0.1:8765, for this machine alone (the default without a key)'],
    [
      ':8765',
      'default',
      KEY,
      'every interface, port 8765; on this machine http://127.0.0.1:8765 (the default with a key)',
    ],
    ['[::]:1', 'listen', {}, 'every interface, port 1; on this machine http://[::1]:1'],
    ['10.0.0.1:1', 'LLM_PROXY_LISTEN', {}, 'http://10.0.0.1:1 (LLM_PROXY_LISTEN)'],
    ['localhost:1', '--port', {}, 'http://localhost:1, for this machine alone (--port)'],
    ['unix:/run/x.sock', '--listen', {}, 'the Unix socket /run/x.sock (--listen)'],
  ])('%s of %s', (value, from, config, words) => {
    expect(lines(value, from, config)[0]).toBe(`llm-proxy ${VERSION} listens on ${words}`);
  });
});

describe('the command to try', () => {
  test('asks for a name that clients may ask for', () => {
    const models = { off: { enabled: false, routes }, 'a/*': { routes }, 'b/*': { list: ['b/one'], routes } };
    expect(lines(':1', 'listen', { models }).at(-1)).toStartWith('  curl http://127.0.0.1:1/v1/chat/completions ');
    expect(lines(':1', 'listen', { models }).at(-1)).toContain('"model":"b/one"');
  });

  test('is not there where no name is known', () => {
    const last = lines(':1', 'listen', { models: { 'a/*': { routes } } }).slice(-2);
    expect(last).toEqual(['Models: a/*', 'Console: http://127.0.0.1:1/']);
  });

  test('is quoted for a shell, and takes the key from the environment', () => {
    const last = lines('unix:/tmp/my socket', 'listen', { keys: [], models: { "it's": { routes } } }).slice(-2);
    expect(last[0]).toMatch(/^Make a key with `.*keys create NAME --model '\*'`, put it into LLM_PROXY_KEY, and try:$/);
    expect(last[1]).toStartWith("  curl --unix-socket '/tmp/my socket' http://localhost/v1/chat/completions ");
    expect(last[1]).toContain('-H "Authorization: Bearer $LLM_PROXY_KEY"');
    expect(last[1]).toContain(`it'\\''s`);
  });
});

describe('the address of the console', () => {
  const consoleOf = (value: string, config: object = {}) =>
    lines(value, 'listen', config).filter((line) => line.startsWith('Console:'));

  test.each<[string, string, object, string[]]>([
    ['beside the API', '127.0.0.1:1', {}, ['Console: http://127.0.0.1:1/']],
    ['at one of its own', ':1', { admin: { listen: ':2' } }, ['Console: http://127.0.0.1:2/']],
    ['at a port that the system chooses', ':1', { admin: { listen: ':0' } }, []],
    ['at a Unix socket, which browsers do not reach', 'unix:/run/x.sock', {}, []],
    ['nowhere', ':1', { admin: { console: { enabled: false } } }, []],
  ])('%s', (_, value, config, said) => {
    expect(consoleOf(value, config)).toEqual(said);
  });

  test('of a demo it says that what there is to see is made up', () => {
    const config = { ...configOf({ data_dir: '/tmp/x' }, ':1'), isDemo: true as const };
    const text = banner({
      config,
      listen: { value: ':1', from: 'listen' },
      address: parseListen(':1'),
      file: undefined,
      missing: 'x',
      dangers: [],
    });
    expect(text).toContain('Console: http://127.0.0.1:1/ (with made-up traffic to look at)');
  });
});

test('without a config it says what there is, how to have one, and what is dangerous', () => {
  const told = lines(':1', 'listen', {}, { file: undefined, missing: '/etc/x.yaml', dangers: ['mind the gap'] });
  expect(told[1]).toBe(
    `There is no /etc/x.yaml here, so it serves the embedded demo. \`${commandLine('init')}\` writes a config.`,
  );
  expect(told).toContain('WARNING: mind the gap');
});
