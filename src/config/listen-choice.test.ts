import { expect, test } from 'bun:test';
import { chooseListen, elsewhere, type ListenChoice, type ListenFlags } from './listen-choice.ts';

const ENV = { LLM_PROXY_LISTEN: '127.0.0.1:9' };
const KEY = { proxy_api_key: '0123456789abcdef' };
const KEYS = { keys: [] };

test.each<[ListenChoice, object, { readonly flags?: ListenFlags; readonly env?: Record<string, string> }]>([
  [{ from: 'default', value: '127.0.0.1:8765' }, {}, {}],
  [{ from: 'default', value: ':8765' }, KEY, {}],
  // Without any key in it, it still lets nobody in who has none.
  [{ from: 'default', value: ':8765' }, KEYS, { env: { LLM_PROXY_LISTEN: '' } }],
  [{ from: 'LLM_PROXY_LISTEN', value: '127.0.0.1:9' }, KEY, { env: ENV }],
  [{ from: 'listen', value: ':1' }, { listen: ':1' }, { env: ENV }],
  [{ from: '--port', value: '127.0.0.1:2' }, { listen: ':1' }, { flags: { port: 2 }, env: ENV }],
  [{ from: '--port', value: ':2' }, { ...KEY, listen: '127.0.0.1:1' }, { flags: { port: 2 } }],
  [{ from: '--port', value: '127.0.0.1:0' }, {}, { flags: { port: 0 } }],
  [
    { from: '--listen', value: 'unix:/x' },
    { ...KEY, listen: ':1' },
    { flags: { listen: 'unix:/x' }, env: ENV },
  ],
  // What is wrong with such a value is said elsewhere.
  [{ from: 'default', value: '127.0.0.1:8765' }, { listen: 8765 }, {}],
])('%j is chosen for %j, %j', (choice, config, { flags = {}, env = {} }) => {
  expect(chooseListen(config, flags, env)).toEqual(choice);
});

test('an environment that says nonsense is an error where it counts, and nowhere else', () => {
  const env = { LLM_PROXY_LISTEN: 'everywhere' };
  expect(() => chooseListen({}, {}, env)).toThrow('LLM_PROXY_LISTEN: has no port (:8765,');
  expect(chooseListen({ listen: ':1' }, {}, env).value).toBe(':1');
});

test.each<[string[], ListenChoice]>([
  [['--port', '8766'], { from: 'default', value: ':8765' }],
  [['--port', '8767'], { from: '--port', value: '127.0.0.1:8766' }],
  [['--listen', '127.0.0.1:8766'], { from: 'listen', value: '127.0.0.1:8765' }],
  [['--listen', '[::1]:0'], { from: '--listen', value: '[::1]:65535' }],
  [['--listen', ':1'], { from: 'LLM_PROXY_LISTEN', value: ':0' }],
  [['--port', '8765'], { from: 'listen', value: 'unix:/run/x.sock' }],
])('%j is where to go instead of %j', (flags, choice) => {
  expect(elsewhere(choice)).toEqual(flags);
});
