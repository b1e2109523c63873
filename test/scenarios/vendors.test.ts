// Backends of vendors: what they are asked for and with which key, what a config may say of them, and changes of it.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { generateKeyPairSync } from 'node:crypto';
import { send } from '../kit/client.ts';
import { spawnGateway, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, json } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { SeenRequest, Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-the-gateway-1234';
const AUTHORIZED = { authorization: `Bearer ${KEY}` };
const ACCOUNT = 'gateway@acme.iam.gserviceaccount.com';

let upstream: Upstream;
let tokens: Upstream;
let gateway: Gateway | undefined;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  tokens = await startUpstream(json(200, { access_token: 'ya29.of-the-account', expires_in: 3599 }));
});

afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  await settled(upstream, tokens);
  upstream.script(chatAnswer('ok'));
});

afterAll(async () => {
  await Promise.all([upstream.stop(), tokens.stop()]);
});

const origin = (): string => `http://127.0.0.1:${upstream.port}`;

function configOf(backend: object, more: object = {}): object {
  return {
    proxy_api_key: KEY,
    backends: [{ name: 'it', url: origin(), ...backend }],
    models: { alias: { routes: [{ backend: 'it', model: 'the model' }] } },
    ...more,
  };
}

/** The first request of a health check to a backend like this one. */
async function checkOf(backend: object, files: Record<string, string> = {}): Promise<SeenRequest> {
  const before = upstream.requests.length;
  const config = configOf(backend, { health_check: { enabled: true, interval: '20ms' } });
  gateway = await startGateway({ config, files });
  return await eventually(() => upstream.requests[before]);
}

function serviceAccount(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return JSON.stringify({
    type: 'service_account',
    client_email: ACCOUNT,
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: `${tokens.url}/token`,
  });
}

describe('a health check has the key where the vendor wants it', () => {
  test('an API key in the header of the vendor, and in no other', async () => {
    const vertex = { vendor: 'vertex', project: 'p', location: 'global' };
    const rows: [backend: object, path: string, header: string, value: string][] = [
      [{ vendor: 'openai' }, '/v1/models', 'authorization', 'Bearer k-0'],
      [{ vendor: 'groq' }, '/openai/v1/models', 'authorization', 'Bearer k-1'],
      [{ vendor: 'anthropic' }, '/v1/models', 'x-api-key', 'k-2'],
      [{ protocol: 'anthropic' }, '/models', 'x-api-key', 'k-3'],
      [{ vendor: 'gemini' }, '/v1beta/models', 'x-goog-api-key', 'k-4'],
      [{ vendor: 'azure' }, '/openai/v1/models', 'api-key', 'k-5'],
      [{ vendor: 'azure', api_version: '2024-10-21' }, '/openai/models?api-version=2024-10-21', 'api-key', 'k-6'],
      [vertex, '/v1/projects/p/locations/global/publishers/google/models', 'authorization', 'Bearer k-7'],
    ];
    const before = upstream.requests.length;
    const backends = rows.map(([backend], n) => ({ name: `b${n}`, url: origin(), api_key: `k-${n}`, ...backend }));
    gateway = await startGateway({ config: { backends, health_check: { enabled: true, interval: '20ms' } } });
    for (const [n, [, path, header, value]] of rows.entries()) {
      const holdsKey = ([, text]: readonly [string, string]): boolean => text.endsWith(`k-${n}`);
      const seen = await eventually(() => upstream.requests.slice(before).find((one) => one.rawHeaders.some(holdsKey)));
      expect(seen.path).toBe(path);
      expect(seen.headers[header]).toBe(value);
      expect(seen.rawHeaders.filter(holdsKey).length).toBe(1);
      expect(seen.headers['anthropic-version']).toBe(header === 'x-api-key' ? '2023-06-01' : undefined);
    }
  });

  test('AWS keys sign it', async () => {
    const keys = { access_key_id: 'AKIDEXAMPLE', secret_access_key: 'the-secret' };
    const seen = await checkOf({ vendor: 'bedrock', region: 'eu-west-1', ...keys });
    expect(seen.headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/bedrock\/aws4_request, SignedHeaders=host;x-amz-date, Signature=[0-9a-f]{64}$/,
    );
  });

  test('a service account gets a token for it', async () => {
    const vertex = { vendor: 'vertex', project: 'p', location: 'us-east5', credentials: 'file:account.json' };
    const seen = await checkOf(vertex, { 'account.json': serviceAccount() });
    expect(seen.headers['authorization']).toBe('Bearer ya29.of-the-account');
  });
});

describe('requests', () => {
  test('what a path lacks is added, and chat completions go where the vendor has them', async () => {
    gateway = await startGateway({ config: configOf({ vendor: 'groq', api_key: 'k-1' }) });
    const body = { model: 'alias', messages: [{ role: 'user', content: 'hi' }] };
    const answer = await send(`${gateway.url}/v1/chat/completions`, { body, headers: AUTHORIZED });
    expect(answer.status).toBe(200);
    expect(upstream.requests.at(-1)).toMatchObject({ path: '/openai/v1/chat/completions' });
    expect(upstream.requests.at(-1)!.headers['authorization']).toBe('Bearer k-1');
    await answer.ending;
  });

  test('a token endpoint that fails is a connection that failed, and says nothing of the account', async () => {
    tokens.script(json(400, { error: 'invalid_grant', error_description: ACCOUNT }));
    const vertex = {
      vendor: 'vertex',
      protocol: 'openai',
      project: 'p',
      location: 'us-east5',
      credentials: 'file:account.json',
    };
    const account = serviceAccount();
    gateway = await startGateway({ config: configOf(vertex), files: { 'account.json': account } });
    const body = { model: 'alias', messages: [{ role: 'user', content: 'hi' }] };
    const answer = await send(`${gateway.url}/v1/chat/completions`, { body, headers: AUTHORIZED });
    expect(answer.status).toBe(502);
    const { text } = await answer.whole();
    expect(text).toContain('token_refused_400');
    const logs = await eventually(() => {
      const lines = JSON.stringify(gateway!.logs());
      return lines.includes('upstream_connection_failed') && lines;
    });
    for (const shown of [text, logs, gateway.stderr()]) {
      expect(shown).not.toContain(ACCOUNT);
      expect(shown).not.toContain('PRIVATE KEY');
    }
  });
});

describe('a config', () => {
  test('that makes no sense is refused, with every reason', async () => {
    gateway = await spawnGateway({
      config: [
        'backends:',
        '  - name: a',
        '    vendor: anthropc',
        '  - name: b',
        '    vendor: openai',
        '    protocol: gemini',
        '  - name: c',
        '    vendor: bedrock',
        '    access_key_id: AKIDEXAMPLE',
        '  - name: d',
        '    vendor: vertex',
        '    project: p',
        '    location: global',
        '    credentials: file:account.json',
        '  - name: e',
        '    protocol: anthropic',
        '',
      ].join('\n'),
      files: { 'account.json': '{"client_email":"a@b","private_key":"VERY-PRIVATE"}' },
    });
    expect(await gateway.exited).toBe(1);
    const told = gateway.stderr();
    expect(told).not.toContain('VERY-PRIVATE');
    const places = told.split('\n').flatMap((line) => /^config\.yaml:(\d+:\d+ \S+):/.exec(line)?.[1] ?? []);
    expect(places).toEqual([
      '3:5 backends[0].vendor',
      '6:5 backends[1].protocol',
      '7:5 backends[2].region',
      '7:5 backends[2].secret_access_key',
      '14:5 backends[3].credentials',
      '15:5 backends[4].url',
    ]);
    expect(told).toContain('did you mean "anthropic"?');
  });

  test('that changes is told without its secrets, and counts at once', async () => {
    const azure = { vendor: 'azure', api_key: 'first-key-000000' };
    const check = { health_check: { enabled: true, interval: '20ms' } };
    gateway = await startGateway({ config: configOf(azure, check) });
    await eventually(() => upstream.requests.at(-1)?.headers['api-key'] === 'first-key-000000');
    gateway.writeConfig(configOf({ vendor: 'anthropic', protocol: 'anthropic', api_key: 'second-key-00000' }, check));
    const reloaded = await send(`${gateway.url}/admin/reload`, { method: 'POST', headers: AUTHORIZED });
    expect((await reloaded.json()).changes).toEqual([
      'backends.it.vendor: "azure" → "anthropic"',
      'backends.it.protocol: set to "anthropic"',
      'backends.it.api_key: changed (secret)',
    ]);
    await eventually(() => {
      const { path, headers } = upstream.requests.at(-1)!;
      return path === '/v1/models' && headers['x-api-key'] === 'second-key-00000';
    });
  });
});
