// Whatever a client names, a backend is asked below its base URL, at the paths that its dialect has, and nowhere else.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { open, send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, json } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-the-gateway-1234';
const QUESTION = [{ role: 'user', content: 'Hello' }];
const CONTENTS = [{ role: 'user', parts: [{ text: 'Hello' }] }];

let upstream: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  const origin = `http://127.0.0.1:${upstream.port}`;
  const backends = [
    { name: 'gemini', protocol: 'gemini', url: `${origin}/base/v1beta`, api_key: 'key-of-gemini-1' },
    { name: 'vertex', vendor: 'vertex', url: origin, project: 'own', location: 'eu', api_key: 'token-of-vertex-1' },
    { name: 'azure', vendor: 'azure', url: origin, api_version: '2024-10-21', api_key: 'key-of-azure-1' },
    { name: 'bedrock', vendor: 'bedrock', url: origin, region: 'eu-west-1', api_key: 'key-of-bedrock-1' },
    {
      name: 'claude',
      vendor: 'vertex',
      protocol: 'anthropic',
      url: origin,
      project: 'own',
      location: 'eu',
      api_key: 'token-of-vertex-2',
    },
    { name: 'chat', url: `${origin}/base/v1`, api_key: 'key-of-chat-1' },
    { name: 'responses', protocol: 'openai-responses', url: `${origin}/base/v1`, api_key: 'key-of-responses-1' },
  ];
  gateway = await startGateway({
    config: {
      proxy_api_key: KEY,
      backends,
      models: Object.fromEntries(
        backends.map(({ name }) => [`${name}/*`, { routes: [{ backend: name, model: '*' }] }]),
      ),
      fallback: { cooldown_seconds: 0, max_retries: 0 },
    },
  });
});

beforeEach(() => upstream.script(json(400, { error: { message: 'seen', type: 'invalid_request_error' } })));

afterAll(async () => {
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

/** Where each backend may be asked: exactly here, with one segment for the name or as many as it has itself. */
const ALLOWED = [
  /^\/base\/v1beta\/(?:[^/?]+\/)+[^/?]+:(?:generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents)(?:\?alt=sse)?$/,
  /^\/v1\/projects\/own\/locations\/eu\/publishers\/google\/(?:[^/?]+\/)+[^/?]+:(?:generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents)(?:\?alt=sse)?$/,
  /^\/v1\/projects\/own\/locations\/eu\/publishers\/anthropic\/models\/[^/?]+:(?:rawPredict|streamRawPredict)$/,
  /^\/openai\/deployments\/[^/?]+\/(?:chat\/completions|embeddings|images\/generations|audio\/speech)\?api-version=2024-10-21$/,
  /^\/openai\/responses(?:\/input_tokens)?\?api-version=2024-10-21$/,
  /^\/model\/[^/?]+\/(?:invoke|invoke-with-response-stream|count-tokens)$/,
  /^\/base\/v1\/(?:chat\/completions|responses|responses\/input_tokens|embeddings)$/,
];

/** Throws if a path climbs, for any reader of it: as it is, decoded once or twice, with `\` for `/`. */
function expectBelow(path: string): void {
  let text = path;
  for (let round = 0; round < 4; round++) {
    const [beforeQuery = ''] = text.split('?', 1);
    for (const segment of beforeQuery.split(/[/\\]/))
      expect(['.', '..']).not.toContain(segment.split(';', 1)[0]?.trim());
    expect(text).not.toMatch(/[\0-\x20#]/);
    text = text.replaceAll(/%(2e|2f|5c|25)/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
}

function expectAllowed(path: string): void {
  expectBelow(path);
  expect(ALLOWED.some((pattern) => pattern.test(path)) ? 'allowed' : path).toBe('allowed');
}

const HOSTILE = [
  '..',
  '.',
  '../../secret',
  'm/../../../secret/admin?a=b#',
  'm/..',
  '/',
  '//evil.example/x',
  '%2e%2e',
  '%2e%2e/%2e%2e/secret',
  '..%2f..%2fsecret',
  '%252e%252e%252fsecret',
  '..;/..;/secret',
  'm/..;a=b/secret',
  String.raw`..\..\secret`,
  'm?key=other',
  'm?alt=json&x=y#',
  'm#fragment',
  'm:generateContent?x=',
  'm\r\nx-injected: 1',
  'm\t..',
  'm\0',
  '\ud800',
  '@evil.example',
  ':80/secret',
  'projects/other/locations/eu/publishers/google/models/../../../../../../other',
];

async function ask(path: string, body: object): Promise<RawAnswer> {
  const bytes = Buffer.from(JSON.stringify(body));
  const head = `POST ${path} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\nconnection: close\r\n\r\n`;
  const connection = await open(gateway.url);
  await connection.write(Buffer.concat([Buffer.from(head), bytes]));
  const answer = await connection.answer();
  await answer.whole();
  return answer;
}

describe.each(['gemini', 'vertex', 'azure', 'bedrock', 'claude', 'chat', 'responses'])('a name at %s', (backend) => {
  test.each(HOSTILE)('%j, in a body', async (name) => {
    const from = upstream.requests.length;
    const model = `${backend}/${name}`;
    const answers = [
      await ask('/v1/chat/completions', { model, messages: QUESTION }),
      await ask('/v1/chat/completions', { model, messages: QUESTION, stream: true }),
      await ask('/v1/messages', { model, max_tokens: 9, messages: QUESTION }),
      await ask('/v1/messages/count_tokens', { model, messages: QUESTION }),
      await ask('/v1/responses', { model, input: 'Hello' }),
      await ask('/v1/embeddings', { model, input: 'Hello' }),
      await ask('/v1/images/generations', { model, prompt: 'Hello' }),
    ];
    for (const { status } of answers) expect([200, 400, 404]).toContain(status);
    for (const { path, headers } of upstream.requests.slice(from)) {
      expect(headers['x-injected']).toBeUndefined();
      if (
        !path.startsWith('/base/v1/images/') &&
        path !== '/v1/projects/own/locations/eu/publishers/anthropic/models/count-tokens:rawPredict'
      )
        expectAllowed(path);
    }
  });

  test.each(HOSTILE)('%j, in a path', async (name) => {
    const from = upstream.requests.length;
    const encoded = `${backend}%2f${encodeURIComponent(name.toWellFormed())}`;
    const methods = ['generateContent', 'streamGenerateContent', 'countTokens', 'embedContent', 'batchEmbedContents'];
    for (const method of [...methods, 'constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf']) {
      const body = method === 'embedContent' ? { content: CONTENTS[0] } : { contents: CONTENTS, requests: [] };
      const { status } = await ask(`/v1beta/models/${encoded}:${method}`, body);
      // An unknown word may be the end of a model's name, which can only be asked for.
      expect(methods.includes(method) ? [200, 400, 404] : [404, 405]).toContain(status);
    }
    for (const { path } of upstream.requests.slice(from)) expectAllowed(path);
  });
});

describe('names that climb are refused in the words of their dialect', () => {
  test.each([
    ['azure', '/v1/chat/completions', { model: 'azure/..', messages: QUESTION }],
    ['bedrock', '/v1/messages', { model: 'bedrock/..', max_tokens: 9, messages: QUESTION }],
    ['claude', '/v1/messages', { model: 'claude/../..', max_tokens: 9, messages: QUESTION }],
    ['gemini', '/v1/chat/completions', { model: 'gemini/../secret', messages: QUESTION }],
    ['vertex', '/v1beta/models/vertex%2f..%2f..%2fother:generateContent', { contents: CONTENTS }],
  ])('at %s', async (_backend, path, body) => {
    const from = upstream.requests.length;
    const answer = await send(gateway.url + path, { headers: { authorization: `Bearer ${KEY}` }, body });
    const told = await answer.json();
    expect(answer.status).toBe(400);
    expect(told.error.message).toContain('cannot stand in the URL of a backend');
    expect(upstream.requests).toHaveLength(from);
    // The request was at fault, so the backend goes on.
    const headers = { authorization: `Bearer ${KEY}` };
    const { backends } = await (await send(`${gateway.url}/admin/backends`, { headers })).json();
    for (const { models } of backends) for (const model of models ?? []) expect(model.cooling_until ?? null).toBeNull();
  });
});

describe('what is kept at a provider', () => {
  test.each(['..%2f..%2fsecret', '%2e%2e', '..', 'resp_1%2f..%2f..%2fx', 'resp_1%3fa=b', 'resp_1%23', 'resp_1;x'])(
    'is not asked for by the id %s',
    async (id) => {
      const from = upstream.requests.length;
      for (const method of ['GET', 'DELETE', 'POST']) {
        for (const below of ['', '/cancel', '/input_items', '/constructor']) {
          const connection = await open(gateway.url);
          await connection.write(
            `${method} /v1/responses/${id}${below} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${KEY}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
          );
          const answer = await connection.answer();
          await answer.whole();
          expect([400, 404, 405]).toContain(answer.status);
        }
      }
      expect(upstream.requests.slice(from).map(({ path }) => path)).toEqual([]);
    },
  );
});

describe('a client’s query', () => {
  test.each([
    ['chat/m', '/v1/chat/completions?a=1&b=%20', '/base/v1/chat/completions?a=1&b=%20'],
    ['chat/m', '/v1/chat/completions?a=1;api-version=1900', '/base/v1/chat/completions?a=1%3Bapi-version%3D1900'],
    ['chat/m', '/v1/chat/completions?api-version=1900&API_VERSION=1&api%2dversion=2', '/base/v1/chat/completions'],
    ['chat/m', '/v1/chat/completions?key=x&access_token=y&project=z&%6bey=w', '/base/v1/chat/completions'],
    ['chat/m', '/v1/chat/completions?/../../x=1', '/base/v1/chat/completions?/../../x=1'],
    ['chat/m', String.raw`/v1/chat/completions?a=\..\b`, '/base/v1/chat/completions?a=%5C..%5Cb'],
    [
      'azure/m',
      '/v1/chat/completions?api-version=1900&x=1',
      '/openai/deployments/m/chat/completions?x=1&api-version=2024-10-21',
    ],
  ])('of a request for %s: %s', async (model, path, expected) => {
    await ask(path, { model, messages: QUESTION });
    expect(upstream.requests.at(-1)?.path).toBe(expected);
  });

  test('of Gemini’s cannot say whose key it is, nor what form the answer has', async () => {
    const query =
      'alt=json&%24alt=proto&key=other&k%65y=x&fields=none&callback=run&%24httpMethod=DELETE&quotaUser=x&mine=1';
    await ask(`/v1beta/models/gemini%2fm:streamGenerateContent?${query}`, { contents: CONTENTS });
    expect(upstream.requests.at(-1)?.path).toBe('/base/v1beta/models/m:streamGenerateContent?alt=sse&mine=1');
  });

  test('reaches no backend of another dialect', async () => {
    await ask('/v1/chat/completions?x=1', { model: 'gemini/m', messages: QUESTION });
    expect(upstream.requests.at(-1)?.path).toBe('/base/v1beta/models/m:generateContent');
  });
});
