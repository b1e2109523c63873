// What is shown of a secret, wherever it turns up: a quarter at most, and nothing of a short one.
import { afterAll, describe, expect, test } from 'bun:test';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from '../../src/commands/check.ts';
import { runCommand } from '../kit/run-command.ts';
import { diffConfig, formatChange } from '../../src/config/diff.ts';
import { parseConfig } from '../../src/config/load.ts';
import { secretsOf } from '../../src/config/secrets.ts';
import { createRedactor } from '../../src/records/log/redact.ts';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import { json } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';

const folder = mkdtempSync(join(tmpdir(), 'masking-'));
afterAll(() => rmSync(folder, { recursive: true }));

const load = (config: object) => parseConfig(JSON.stringify(config), { file: 'config.yaml', env: {} });

describe('the key of the gateway', () => {
  const problems = (key: string): string => {
    try {
      load({ listen: '127.0.0.1:1', proxy_api_key: key });
      return '';
    } catch (error) {
      return String(error);
    }
  };

  test.each(['x', '12', 'secret', '1234567'])('%s is refused, for it is guessed', (key) => {
    expect(problems(key)).toContain('config.yaml:1:25 proxy_api_key: is too short: anybody can guess it');
    expect(problems(key)).not.toContain(`"${key}"`);
  });

  test('of eight characters is warned of, one of twelve and more is not', () => {
    const warnings = (key: string): string[] =>
      load({ listen: '127.0.0.1:1', proxy_api_key: key }).warnings.map(({ message }) => message);
    expect(warnings('12345678')).toEqual([expect.stringContaining('so short that it can be guessed')]);
    expect(warnings('12345678901')).toHaveLength(1);
    expect(warnings('123456789012')).toEqual([]);
  });
});

describe('a masked secret', () => {
  test('of any length shows a quarter at most, and nine characters at most', () => {
    for (let length = 6; length <= 200; length++) {
      // No two runs of it are the same, so that what is shown can be counted.
      const secret = Array.from({ length }, (_, at) => String.fromCodePoint(0x4e00 + at)).join('');
      const shown = createRedactor([secret])(`<${secret}>`).slice(1, -1);
      const kept = shown.replace('****', '');
      expect(shown).toContain('****');
      expect(kept.length).toBeLessThanOrEqual(Math.min(9, length / 4));
      if (length < 16) expect(kept).toBe('');
    }
  });

  test('of a long key has the form that operators know it by', () => {
    expect(createRedactor([])('sk-abcdefghijklmnopqrstuvwxyz0123456789cdef')).toBe('sk-ab****cdef');
  });

  test('of few characters is hidden where credentials stand, and words stay words elsewhere', () => {
    const mask = createRedactor(['abc', 'k']);
    for (const line of [
      'authorization: Bearer abc',
      'GET /v1beta/models?key=abc',
      '{"x-api-key":"abc"}',
      '{"body":"{\\"api_key\\":\\"abc\\"}"}',
      'Incorrect API key provided: abc.',
      'https://user:abc@host/',
    ]) {
      expect(mask(line)).toContain('****');
      expect(mask(line)).not.toContain('abc');
    }
    expect(mask('the abc of keys')).toBe('the abc of keys');
  });
});

describe('every secret of a config', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const account = JSON.stringify({ client_email: 'a@acme.example', private_key: pem });
  const config = {
    listen: '127.0.0.1:1',
    proxy_api_key: 'key-of-the-gateway',
    backends: [
      {
        name: 'a',
        vendor: 'openai',
        api_key: 'key-of-a',
        headers: { 'x-own': 'header-of-a', authorization: 'Token bare-of-a' },
      },
      {
        name: 'b',
        vendor: 'bedrock',
        region: 'us-east-1',
        access_key_id: 'id-of-b',
        secret_access_key: 'secret-of-b',
        session_token: 'session-of-b',
      },
      { name: 'c', vendor: 'vertex', project: 'p', location: 'global', credentials: account },
    ],
  };

  test('is found by what its schema says it is', () => {
    expect(secretsOf(load(config).config, {}).sort()).toEqual(
      [
        'key-of-the-gateway',
        'key-of-a',
        'header-of-a',
        'Token bare-of-a',
        'bare-of-a',
        'id-of-b',
        'secret-of-b',
        'session-of-b',
        account,
        pem,
      ].sort(),
    );
  });

  test('is told of neither by what a reload changed nor by what it added and removed', () => {
    const before = load(config).config;
    const after = load(JSON.parse(JSON.stringify(config).replaceAll('-of-', '-off-')) as object).config;
    const none = load({ listen: '127.0.0.1:1' }).config;
    const told = [diffConfig(before, after), diffConfig(before, none), diffConfig(none, before)]
      .flat()
      .map(formatChange)
      .join('\n');
    expect(told).toContain('backends.a.headers.x-own: changed (secret)');
    for (const secret of secretsOf(before, {})) expect(told).not.toContain(secret);
    for (const secret of secretsOf(after, {})) expect(told).not.toContain(secret);
  });

  test('that comes from the environment counts, too', () => {
    const env = {
      AWS_ACCESS_KEY_ID: 'id-of-env',
      AWS_SECRET_ACCESS_KEY: 'secret-of-env',
      AWS_SESSION_TOKEN: 'session-of-env',
    };
    const text = JSON.stringify({ backends: [{ name: 'b', vendor: 'bedrock', region: 'us-east-1' }] });
    const { config: loaded } = parseConfig(text, { file: 'config.yaml', env });
    expect(secretsOf(loaded, env)).toEqual(['id-of-env', 'secret-of-env', 'session-of-env']);
    expect(secretsOf(loaded, { AWS_PROFILE: 'x' })).toEqual([]);
  });

  test('may lie in a file of its own, a header as well', () => {
    writeFileSync(join(folder, 'header'), 'value-in-a-file\n');
    const text = JSON.stringify({ backends: [{ name: 'a', url: 'http://a', headers: { 'x-own': 'file:header' } }] });
    const { config: loaded } = parseConfig(text, { file: join(folder, 'config.yaml'), env: {} });
    expect(loaded.backends[0]?.headers).toEqual({ 'x-own': 'value-in-a-file' });
    expect(secretsOf(loaded, {})).toEqual(['value-in-a-file']);
  });
});

test('check says neither what is secret nor what only looks like it, and sends no control characters', async () => {
  const file = join(folder, 'wrong.yaml');
  const key = 'sk-abcdefghijklmnopqrstuvwxyz0123456789cdef';
  writeFileSync(
    file,
    `${key}: 1\nlisten: ${key}\n"\\e[2Jx": 1\nbackends: [{name: ${key}, url: "${key}"}, {name: ${key}, url: "http://a"}]\n`,
  );
  const refused = await runCommand(check, ['-c', file]);
  expect(refused.code).toBe(1);
  const valid = join(folder, 'valid.yaml');
  writeFileSync(valid, `proxy_api_key: shortkey\nbackends: [{name: on-shortkey, url: "demo:"}]\n`);
  const taken = await runCommand(check, ['-c', valid]);
  expect(taken.code).toBe(0);
  const told = [refused, taken].flatMap(({ err, out }) => [...err, ...out]).join('\n');
  expect(told).toContain('sk-ab****cdef');
  expect(told).toContain('"on-****"');
  expect(told).not.toContain(key);
  expect(told).not.toContain('shortkey');
  expect(told).not.toContain('\u001b');
});

test('no secret is in any log or answer of operators, whoever sends it back', async () => {
  const secrets = { gateway: 'gw-key-1', backend: 'be-key', header: 'header-value-1', other: 'other-key-00' };
  const echo = Object.values(secrets).join(' ');
  const upstream = await startUpstream(json(401, { error: { message: `wrong: ${echo}`, code: echo, type: echo } }));
  const configOf = (other: string): object => ({
    proxy_api_key: secrets.gateway,
    backends: [
      { name: 'one', url: upstream.url, api_key: secrets.backend, headers: { 'x-own': secrets.header } },
      { name: 'two', url: upstream.url, api_key: other },
    ],
    models: {
      one: {
        routes: [
          { backend: 'one', model: 'm' },
          { backend: 'two', model: 'm', priority: 2 },
        ],
      },
    },
    logging: { base_dir: './logs', separate_files: true, debug_mode: true, level: 'debug', console_level: 'debug' },
  });
  const gateway = await startGateway({ config: configOf('first-key-00') });
  try {
    const headers = { authorization: `Bearer ${secrets.gateway}`, 'content-type': 'application/json' };
    gateway.writeConfig(configOf(secrets.other));
    await eventually(() => gateway.stderr().includes('changed (secret)'));
    const body = { model: 'one', messages: [{ role: 'user', content: echo }], api_key: 'k' };
    await (await send(`${gateway.url}/v1/chat/completions`, { headers, body })).whole();
    await (await send(`${gateway.url}/v1/${secrets.backend}?key=${secrets.gateway}`, { headers, body })).whole();
    const told = await (await send(`${gateway.url}/admin/backends`, { method: 'GET', headers })).whole();
    await eventually(() => gateway.logs().length >= 3 && gateway.stderr().includes('response body'));
    const names = readdirSync(join(gateway.dir, 'logs'), { recursive: true }) as string[];
    const files = names
      .filter((name) => name.endsWith('.log'))
      .map((name) => readFileSync(join(gateway.dir, 'logs', name), 'utf8'));
    for (const text of [...files, gateway.stdout(), gateway.stderr(), told.text]) {
      for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
    }
    expect(gateway.stderr()).not.toContain('"api_key\\":\\"k\\"');
  } finally {
    await gateway.stop();
    await upstream.stop();
  }
});

test('what ends the gateway is told without secrets', async () => {
  const bug = join(folder, 'bug.ts');
  writeFileSync(
    bug,
    "process.on('SIGUSR2', () => { throw new Error('sent key-of-the-backend and sk-abcdefghijklmnopqrstuvwxyz0123456789cdef'); });\n",
  );
  const gateway = await startGateway({
    config: { backends: [{ name: 'a', url: 'http://127.0.0.1:1', api_key: 'key-of-the-backend' }] },
    env: { BUN_OPTIONS: `--preload ${bug}` },
  });
  gateway.signal('SIGUSR2');
  expect(await gateway.exited).toBe(1);
  expect(gateway.stderr()).toContain('a bug ended the gateway');
  expect(gateway.stderr()).toContain('sk-ab****cdef');
  expect(gateway.stderr()).not.toContain('key-of-the-backend');
  await gateway.stop();
});

test('a reload that is refused tells nobody a key: operators see it masked, strangers nothing', async () => {
  const gateway = await startGateway({
    config: {
      backends: [{ name: 'demo', url: 'demo:' }],
      models: { demo: { routes: [{ backend: 'demo', model: 'demo' }] } },
    },
  });
  const key = 'sk-abcdefghijklmnopqrstuvwxyz0123456789cdef';
  try {
    gateway.writeConfig(`${key}: 1\n"\\e[2J": 2\n`);
    await eventually(() => gateway.stderr().includes('reload failed'));
    const { text } = await (await send(`${gateway.url}/admin/status`)).whole();
    expect(await (await send(`${gateway.url}/readyz`)).json()).toEqual({ status: 'ready' });
    expect(text).toContain('sk-ab****cdef');
    expect(text + gateway.stderr()).not.toContain(key);
    expect(text).not.toContain('\u001b[2J');
  } finally {
    await gateway.stop();
  }
});
