// What every front has to keep of the gateway's promises, in its own shape.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { DIALECTS } from '../dialects/stage.ts';
import type { Answer } from '../dialects/spoken.ts';
import { send } from '../kit/client.ts';
import type { RawAnswer, SendOptions } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { bigBody, json } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'sk-fronts-0123456789abcdef';
const SAYS: Answer = { items: [{ text: 'Hello.' }], finish: 'stop', usage: { input: 3, output: 2 } };
const [, , anthropic, gemini] = DIALECTS as [unknown, unknown, (typeof DIALECTS)[number], (typeof DIALECTS)[number]];
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
const BAD_KEY = {
  error: {
    code: 400,
    message: 'API key not valid.',
    status: 'INVALID_ARGUMENT',
    details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
  },
};

let upstream: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await startUpstream(json(200, {}));
  const to = (backend: string, model = 'm') => ({ routes: [{ backend, model }] });
  gateway = await startGateway({
    config: {
      proxy_api_key: KEY,
      proxy: { enable_system_prompt: true },
      backends: [
        ...DIALECTS.map(({ protocol, base }) => ({
          name: protocol,
          url: upstream.url.replace('/v1', base),
          protocol,
          api_key: `key-of-${protocol}`,
        })),
        { name: 'two', url: upstream.url, vendor: 'openai', api_key: 'key-of-two' },
      ],
      models: {
        ...Object.fromEntries(DIALECTS.map(({ protocol }) => [`to-${protocol}`, to(protocol)])),
        'a/b': to('gemini'),
        'llama3:8b': to('gemini'),
        'w/*': to('gemini', '*'),
        two: to('two'),
        prompted: to('gemini'),
        'first-gemini': { routes: [...to('gemini').routes, { backend: 'anthropic', model: 'm', priority: 2 }] },
      },
      fallback: { cooldown_seconds: 0, max_retries: 1, backoff_initial: '1ms' },
    },
    files: { 'system_prompts/prompted.txt': 'Be brief.' },
  });
});

afterEach(async () => await settled(upstream));

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

const ask = async (path: string, options: SendOptions = {}): Promise<RawAnswer & { readonly body: Json }> => {
  const answer = await send(gateway.url + path, { ...options, headers: { 'x-api-key': KEY, ...options.headers } });
  const { text } = await answer.whole();
  return Object.assign(answer, { body: text === '' ? undefined : JSON.parse(text) });
};

describe('Gemini’s paths', () => {
  test.each([
    ['/v1beta/models/a/b:generateContent', 'a/b', 'm'],
    ['/v1beta/models/a%2Fb:generateContent', 'a/b', 'm'],
    ['/v1/models/a/b:generateContent', 'a/b', 'm'],
    ['/v1/models/llama3:8b:generateContent', 'llama3:8b', 'm'],
    ['/v1beta/models/w/x%20y%3Fz:generateContent', 'w/x y?z', 'x%20y%3Fz'],
  ])('%s is of the alias %s', async (path, alias, model) => {
    upstream.script(json(200, gemini.answer(SAYS)));
    expect((await ask(path, { body: CONTENTS })).status).toBe(200);
    expect(upstream.requests.at(-1)?.path).toBe(`/v1beta/models/${model}:generateContent`);
    await eventually(() => gateway.logs().at(-1)?.alias === alias);
  });

  test.each(['/v1beta/models/llama3:8b', '/v1beta/models/a/b', '/v1beta/models/a%2Fb'])(
    '%s is a model',
    async (path) => {
      const { status, body } = await ask(path);
      expect([status, body.name]).toEqual([200, `models/${decodeURIComponent(path.slice('/v1beta/models/'.length))}`]);
    },
  );

  test.each([
    ['POST', '/v1beta/models/a/b:fooBar', 404],
    ['GET', '/v1beta/models/a/b:generateContent', 405],
    ['DELETE', '/v1beta/models', 405],
    ['GET', '/v1beta/nothing', 404],
  ])('%s %s is a %i in its shape', async (method, path, code) => {
    const { status, body } = await ask(path, { method });
    expect([status, body.error.code]).toEqual([code, code]);
    expect(typeof body.error.status).toBe('string');
  });

  test('a body that repeats the alias says the model instead', async () => {
    upstream.script(json(200, { embeddings: [{ values: [1] }] }));
    const request = { model: 'models/to-gemini', content: { parts: [{ text: 'x' }] } };
    await ask('/v1beta/models/to-gemini:batchEmbedContents', { body: { requests: [request] } });
    expect(upstream.requests.at(-1)?.json.requests).toEqual([{ ...request, model: 'models/m' }]);
  });

  test('the key may stand in the query, and goes neither up nor into the log', async () => {
    upstream.script(json(200, gemini.answer(SAYS)));
    const path = `/v1beta/models/to-gemini:generateContent?key=${KEY}&prettyPrint=false`;
    const answer = await send(gateway.url + path, { body: CONTENTS });
    expect(answer.status).toBe(200);
    await answer.whole();
    expect(upstream.requests.at(-1)?.path).toBe('/v1beta/models/m:generateContent?prettyPrint=false');
    expect(upstream.requests.at(-1)?.headers['x-goog-api-key']).toBe('key-of-gemini');
    expect(JSON.stringify(gateway.logs()) + gateway.stderr() + gateway.stdout()).not.toContain(KEY);
  });
});

describe('counting tokens', () => {
  test('a whole request is counted with the prompt, bare contents without', async () => {
    upstream.script(json(200, { totalTokens: 7 }));
    const path = '/v1beta/models/prompted:countTokens';
    expect((await ask(path, { body: CONTENTS })).body).toEqual({ totalTokens: 7 });
    expect(upstream.requests.at(-1)?.json).toEqual(CONTENTS);
    await ask(path, { body: { generateContentRequest: { model: 'models/prompted', ...CONTENTS } } });
    expect(upstream.requests.at(-1)?.json.generateContentRequest).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      model: 'models/m',
      ...CONTENTS,
    });
  });

  test('is no stream, whatever the body says', async () => {
    upstream.script(json(200, { totalTokens: 7 }));
    const body = { model: 'to-gemini', stream: true, messages: [{ role: 'user', content: 'x' }], max_tokens: 1 };
    const answer = await ask('/v1/messages/count_tokens', { body });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.body).toEqual({ input_tokens: 7 });
  });

  test('is done in the dialect of the backend that can', async () => {
    upstream.script(json(200, { object: 'response.input_tokens', input_tokens: 9 }));
    const body = { model: 'two', messages: [{ role: 'user', content: 'x' }] };
    expect((await ask('/v1/messages/count_tokens', { body })).body).toEqual({ input_tokens: 9 });
    expect(upstream.requests.at(-1)?.path).toBe('/v1/responses/input_tokens');
  });
});

describe('a bad key of the gateway at Google', () => {
  const ofClient = { model: 'to-gemini', max_tokens: 5, messages: [{ role: 'user', content: 'x' }] };

  test('is told as the provider’s refusal, in the word that each dialect has for it', async () => {
    upstream.script(json(400, BAD_KEY));
    const { status, body } = await ask('/v1/messages', { body: ofClient });
    expect([status, body.error.type, body.error.details]).toEqual([
      502,
      'api_error',
      { error_code: 'provider_refused' },
    ]);
    const chat = await ask('/v1/chat/completions', { body: ofClient });
    expect([chat.status, chat.body.error.code]).toEqual([502, 'provider_refused']);
    await eventually(() => gateway.logs().at(-1)?.tries?.[0]?.failure === 'refused');
  });

  test('is not told to Google’s own client as one of its own', async () => {
    upstream.script(json(400, BAD_KEY));
    const { status, body } = await ask('/v1beta/models/to-gemini:generateContent', { body: CONTENTS });
    expect([status, body.error.status, body.error.details[0].reason]).toEqual([502, 'UNAVAILABLE', 'provider_refused']);
  });

  test('is routed around', async () => {
    upstream.script((request) =>
      request.path.includes('generateContent') ? json(400, BAD_KEY) : json(200, anthropic.answer(SAYS)),
    );
    const { status, body } = await ask('/v1/messages', { body: { ...ofClient, model: 'first-gemini' } });
    expect([status, body.content[0].text]).toEqual([200, 'Hello.']);
  });
});

describe('the time that Google tells in RetryInfo', () => {
  const quota = (delay: string): Json => ({
    error: {
      code: 429,
      message: 'slow down',
      status: 'RESOURCE_EXHAUSTED',
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: delay }],
    },
  });

  test.each([
    ['/v1/chat/completions', { messages: [{ role: 'user', content: 'x' }] }],
    ['/v1/responses', { input: 'x' }],
    ['/v1/messages', { max_tokens: 1, messages: [{ role: 'user', content: 'x' }] }],
  ])('is Retry-After at %s', async (path, body) => {
    upstream.script(json(429, quota('17.2s')));
    const { status, headers } = await ask(path, { body: { model: 'to-gemini', ...body } });
    expect([status, headers['retry-after'], headers['x-should-retry']]).toEqual([429, '18', 'false']);
  });

  test('is told by the gateway to Google’s clients, where a backend of another dialect says it in a header', async () => {
    upstream.script(json(529, anthropic.error({ status: 529, message: 'busy' }), { 'retry-after': '7' }));
    const { status, body, headers } = await ask('/v1beta/models/to-anthropic:generateContent', { body: CONTENTS });
    expect([status, headers['retry-after'], body.error.status]).toEqual([503, '7', 'UNAVAILABLE']);
    expect(body.error.details).toContainEqual({
      '@type': 'type.googleapis.com/google.rpc.RetryInfo',
      retryDelay: '7s',
    });
  });

  test('is told where nobody said any, as in the header', async () => {
    upstream.script(json(503, anthropic.error({ status: 503, message: 'busy' })));
    const { body, headers } = await ask('/v1beta/models/to-anthropic:generateContent', { body: CONTENTS });
    expect(headers['retry-after']).toBe('1');
    expect(JSON.stringify(body.error.details)).toContain('"retryDelay":"1s"');
  });
});

test('an error of Anthropic’s shape tells the request’s id, as the header does', async () => {
  const trace = { 'x-trace-id': 'of-this-request' };
  const own = await ask('/v1/messages', { body: { model: 'nope' }, headers: trace });
  expect([own.body.request_id, own.headers['request-id']]).toEqual(['of-this-request', 'of-this-request']);
  upstream.script(json(500, gemini.error({ status: 500, message: 'no' }), { 'x-request-id': 'req_upstream' }));
  const body = { model: 'to-gemini', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] };
  const other = await ask('/v1/messages', { body, headers: trace });
  expect([other.body.request_id, other.headers['request-id']]).toEqual(['req_upstream', 'req_upstream']);
});

test('an answer that is too long to be translated is nobody’s fault, and not fetched again', async () => {
  upstream.script(bigBody(65 * 1024 * 1024));
  const before = upstream.requests.length;
  const body = { model: 'to-openai', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] };
  const answer = await ask('/v1/messages', { body });
  expect([answer.status, answer.body.error.details.error_code]).toEqual([502, 'upstream_error']);
  expect([answer.headers['x-should-retry'], upstream.requests.length - before]).toEqual(['false', 1]);
});
