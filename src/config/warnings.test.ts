import { describe, expect, test } from 'bun:test';
import { networkInterfaces } from 'node:os';
import { parseConfig } from './load.ts';
import { formatProblem } from './problem.ts';

type Env = Record<string, string | undefined>;

function warnings(text: string, env: Env = {}): string[] {
  const found = parseConfig(text, { file: 'c', env }).warnings.map((warning) => formatProblem(warning));
  return found.filter((line) => !line.includes('no route uses') && !line.includes('every user of this machine'));
}

describe('a loopback address where LLM_PROXY_LISTEN names more', () => {
  const KEY = 'proxy_api_key: 0123456789abcdef\n';
  const told = (listen: string, given: string | undefined): string[] =>
    warnings(`${KEY}listen: '${listen}'`, { LLM_PROXY_LISTEN: given });

  test.each(['127.0.0.1:8765', 'localhost:8765', '[::1]:80'])('%s: the config wins, and leads nowhere', (listen) => {
    expect(told(listen, ':8765')).toEqual([
      'c:2:1 listen: overrides LLM_PROXY_LISTEN=:8765: the gateway listens on loopback only, and the published port of a container does not reach it (remove listen)',
    ]);
  });

  test.each<[string, string | undefined]>([
    ['127.0.0.1:8765', undefined],
    ['127.0.0.1:8765', ''],
    ['127.0.0.1:8765', '127.0.0.1:9'],
    ['127.0.0.1:8765', 'nonsense'],
    [':9', ':8765'],
    ['10.0.0.1:9', ':8765'],
    ['unix:/run/x.sock', ':8765'],
  ])('%s with %p is meant', (listen, given) => expect(told(listen, given)).toEqual([]));

  test('nor does the warning of an open gateway lead there', () => {
    const [open] = warnings('server: {}', { LLM_PROXY_LISTEN: ':8765' });
    expect(open).toContain('(set proxy_api_key or keys, or let nobody else reach it: -p 127.0.0.1:8765:8765)');
  });

  test('a flag comes before both', () => {
    const options = { file: 'c', env: { LLM_PROXY_LISTEN: ':1' }, flags: { port: 2 } };
    expect(parseConfig(`${KEY}listen: 127.0.0.1:1`, options).warnings).toEqual([]);
  });
});

describe('a backend at the address of the gateway itself', () => {
  const told = (listen: string, url: string): string[] =>
    warnings(`proxy_api_key: 0123456789abcdef\nlisten: '${listen}'\nbackends: [{name: a, url: '${url}'}]`);
  const address = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);

  test.each([
    ['127.0.0.1:8765', 'http://127.0.0.1:8765/v1'],
    ['127.0.0.1:8765', 'http://localhost:8765/v1'],
    [':8765', 'http://localhost:8765'],
    [':8765', 'http://[::1]:8765/v1'],
    [':8765', 'http://0.0.0.0:8765/v1'],
    [':8765', 'http://127.1.2.3:8765/v1'],
    [':80', 'http://localhost/v1'],
    ['gateway:8765', 'http://Gateway:8765/v1'],
    ...(address === undefined ? [] : [[':8765', `http://${address.address}:8765/v1`] as [string, string]]),
  ])('%s: %s', (listen, url) => {
    expect(told(listen, url)).toEqual([
      expect.stringContaining(`backends[0].url: is the address where this gateway listens (${listen})`),
    ]);
  });

  test.each([
    ['127.0.0.1:8765', 'http://127.0.0.1:8766/v1'],
    [':8765', 'http://gateway.example:8765/v1'],
    [':8765', 'https://localhost:8765/v1'],
    ['10.1.2.3:8765', 'http://127.0.0.1:8765/v1'],
    ['unix:/run/x.sock', 'http://localhost:8765/v1'],
    [':0', 'http://localhost:8765/v1'],
    [':8765', 'demo:'],
  ])('%s: %s is another', (listen, url) => expect(told(listen, url)).toEqual([]));

  test('a port of the command line is its own as well', () => {
    const text = 'backends: [{name: a, vendor: ollama}]';
    const { warnings: found } = parseConfig(text, { file: 'c', env: {}, flags: { port: 11_434 } });
    expect(found.map(({ message }) => message).join('\n')).toContain('is the address where this gateway listens');
  });
});

describe('a key that cannot be right', () => {
  const told = (key: string, where = 'vendor: openai'): string[] =>
    warnings(`backends:\n  - {name: a, ${where}, api_key: ${JSON.stringify(key)}}`).map((line) => line.slice(2));
  const SECRET = 'sk-proj-Abc123Def456';

  test.each([
    ['os.environ/OPENAI_API_KEY', 'is taken as text, not as the value of a variable (write ${OPENAI_API_KEY})'],
    ['$OPENAI_API_KEY', '(write ${OPENAI_API_KEY})'],
    ['{env.OPENAI_API_KEY}', '(write ${OPENAI_API_KEY})'],
    ['{{ OPENAI_API_KEY }}', '(write ${OPENAI_API_KEY})'],
    ['$${{ secrets.OPENAI_API_KEY }}', '(write ${OPENAI_API_KEY})'],
    ['process.env.OPENAI_API_KEY', '(write ${OPENAI_API_KEY})'],
    ['%OPENAI_API_KEY%', '(write ${OPENAI_API_KEY})'],
    ['OPENAI_API_KEY', 'is the name of a variable, not its value (write ${NAME} with that name)'],
    [`Bearer ${SECRET}`, 'begins with "Bearer " (write only the key, without "Bearer "'],
    ['YOUR_API_KEY', 'is a placeholder'],
    ['<your key>', 'is a placeholder'],
    ['sk-your-key-here', 'is a placeholder'],
    ['your-openai-api-key', 'is a placeholder'],
    ['changeme', 'is a placeholder'],
    ['change-me', 'is a placeholder'],
    ['sk-...', 'is a placeholder'],
    ['sk-xxx', 'is a placeholder'],
    ['REPLACE_ME', 'is a placeholder'],
    ['api-key-goes-here', 'is a placeholder'],
  ])('%s', (key, message) => {
    const found = told(key);
    expect(found).toEqual([expect.stringContaining(`backends[0].api_key: `)]);
    expect(found[0]).toContain(message);
    expect(found[0]).not.toContain(SECRET);
    if (message !== 'is a placeholder') return;
    // A server on one's own machine takes any.
    expect(told(key, 'url: "http://localhost:8000/v1"')).toEqual([]);
    expect(told(key, 'url: "http://10.0.0.7:8000/v1"')).toEqual([]);
  });

  test.each([SECRET, 'EMPTY', 'none', 'ollama', 'lm-studio', 'sk-1234', 'abc.def', '$2a$10$abcdef', 'AKIAIOSFODNN7'])(
    '%s may be one',
    (key) => expect(told(key)).toEqual([]),
  );

  test('also one of the gateway, and one in a header, where a scheme is right', () => {
    const text = [
      'proxy_api_key: os.environ/LLM_PROXY_KEY',
      'keys: [{name: a, key: "Bearer 0123456789", models: ["*"]}]',
      'backends: [{name: b, url: "https://b.example/v1", headers: {authorization: "Bearer $B_KEY", x-team: "Bearer me"}}]',
      'models: {m: {routes: [{backend: b, model: x}]}}',
    ].join('\n');
    expect(warnings(text).map((line) => line.split(': ').slice(0, 2).join(': '))).toEqual([
      'c:1:1 proxy_api_key: is taken as text, not as the value of a variable (write ${LLM_PROXY_KEY})',
      'c:2:18 keys[0].key: begins with "Bearer " (write only the key, without "Bearer "',
      'c:3:61 backends[0].headers.authorization: is taken as text, not as the value of a variable (write ${B_KEY})',
    ]);
  });
});

describe('a provider that wants a key, and no key', () => {
  const told = (backend: string, own = 'proxy_api_key: 0123456789abcdef\n'): string[] =>
    warnings(`${own}backends: [{name: a, ${backend}}]`).map((line) => line.replace(/^\S+ /, ''));
  const MISSING =
    'backends[0]: has no api_key, and a gateway with its own keys does not pass on those of clients: openai will refuse every request (set api_key: ${OPENAI_API_KEY})';

  test('is told, by its name and by its host', () => {
    expect(told('vendor: openai')).toEqual([MISSING]);
    expect(told('url: "https://api.openai.com/v1"')).toEqual([MISSING]);
    expect(told('vendor: openai', 'keys: []\n')).toContainEqual(MISSING);
  });

  test.each([
    'vendor: openai, api_key: sk-1234567890',
    'vendor: openai, enabled: false',
    'vendor: openai, headers: {Authorization: "Bearer sk-1234567890"}',
    'vendor: ollama',
    'vendor: vllm',
    'url: "demo:"',
    'url: "https://llm.example.com/v1"',
  ])('%s needs none', (backend) => expect(told(backend)).toEqual([]));

  test('nor where the keys of clients are passed on', () => expect(told('vendor: openai', '')).toEqual([]));
});

test('a price like one that the table does not have', () => {
  const priced = (like: string): string[] => warnings(`prices: {'openai/mine': {like: ${like}}}`);
  expect(priced('openai/gpt-5')).toEqual([]);
  expect(priced('openai/gtp-5')).toEqual([
    'c:1:26 prices.openai/mine.like: unknown entry of the built-in price table "openai/gtp-5" (did you mean "openai/gpt-5"?)',
  ]);
});

test('bodies that are to be kept need a ledger', () => {
  const text = (more: string): string => `${more}
listen: 127.0.0.1:1
keys:
  - {name: a, key: key-of-a-0123456789, models: ['*'], log_bodies: errors}
  - {name: b, key: key-of-b-0123456789, models: ['*'], log_bodies: off}
backends: [{name: x, url: 'http://127.0.0.1:2/v1'}]
models: {m: {log_bodies: all, routes: [{backend: x, model: y}]}}`;
  const told = (more: string): string[] => warnings(text(more)).filter((line) => line.includes('log_bodies'));
  expect(told('# none')).toEqual([
    'c:4:56 keys[0].log_bodies: keeps nothing, for there is no database (set data_dir or database)',
    'c:7:14 models.m.log_bodies: keeps nothing, for there is no database (set data_dir or database)',
  ]);
  expect(told('ledger: {enabled: false}\ndata_dir: d')[0]).toContain('for the ledger is off');
  expect(told('data_dir: d')).toEqual([]);
});
