import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import OpenAI, { toFile } from 'openai';
import { open, requestBytes, send } from '../kit/client.ts';
import type { RawAnswer, SendOptions } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, hold, json, manual, sse, streamOf } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { parseSse } from '../kit/sse.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

let upstream: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  const routes = [{ backend: 'up', model: 'upstream-model' }];
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'up', url: upstream.url },
        // A base with a path of its own and a slash at its end.
        { name: 'deep', url: `${upstream.url}/deep/v3/` },
        { name: 'off', url: upstream.url, enabled: false },
      ],
      models: {
        m: { routes },
        deep: { routes: [{ backend: 'deep', model: 'd' }] },
        'team/model.one': { routes },
        'open/*': { routes: [{ backend: 'up', model: '*' }] },
        disabled: { enabled: false, routes },
      },
      fallback: { cooldown_seconds: 0, max_retries: 0 },
    },
  });
});

beforeEach(() => upstream.script(chatAnswer('ok')));

afterAll(async () => {
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

async function ask(path: string, options: SendOptions = {}): Promise<{ answer: RawAnswer; text: string }> {
  const answer = await send(`${gateway.url}${path}`, options);
  const { text, ending } = await answer.whole();
  expect(ending).toBe('complete');
  return { answer, text };
}

const BODY = { model: 'm', messages: [{ role: 'user', content: 'Hello' }], input: 'a', prompt: 'b' };

const MODEL_PATHS = [
  '/chat/completions',
  '/completions',
  '/embeddings',
  '/moderations',
  '/rerank',
  '/images/generations',
  '/images/edits',
  '/images/variations',
  '/audio/speech',
  '/audio/transcriptions',
  '/audio/translations',
];

describe('endpoints that name a model', () => {
  test.each(MODEL_PATHS)('%s, with and without /v1, becomes that path of the backend', async (path) => {
    for (const front of [`/v1${path}`, path]) {
      const { answer, text } = await ask(front, { body: BODY });
      expect(answer.status).toBe(200);
      expect(JSON.parse(text)).toMatchObject({ choices: [{ message: { content: 'ok' } }] });
      expect(upstream.requests.at(-1)).toMatchObject({ method: 'POST', path: `/v1${path}` });
      expect(upstream.requests.at(-1)?.json).toEqual({ ...BODY, model: 'upstream-model' });
      expect(answer.headers).toMatchObject({
        'x-llm-proxy-backend': 'up',
        'x-llm-proxy-model': 'upstream-model',
        'x-llm-proxy-attempts': '1',
      });
    }
  });

  test('whatever base the backend has', async () => {
    for (const front of ['/v1/chat/completions', '/chat/completions']) {
      await ask(`${front}?a=1`, { body: { ...BODY, model: 'deep' } });
      expect(upstream.requests.at(-1)?.path).toBe('/v1/deep/v3/chat/completions?a=1');
    }
  });

  test.each(['?api-version=2024-10-21', '?a=1&a=2&b=%2F%20+x&empty=&c', '?q=%E2%82%AC', '?'])(
    'the query is passed on: %s',
    async (query) => {
      for (const path of ['/v1/chat/completions', '/embeddings', '/v1/images/generations']) {
        await ask(`${path}${query}`, { body: BODY });
        const expected = `/v1${path.replace(/^\/v1/, '')}${query}`;
        // A lone question mark is no query.
        expect(upstream.requests.at(-1)?.path.replace(/\?$/, '')).toBe(expected.replace(/\?$/, ''));
      }
    },
  );

  test('a wildcard passes the matched part on', async () => {
    await ask('/v1/chat/completions', { body: { ...BODY, model: 'open/family/some-model:free' } });
    expect(upstream.requests.at(-1)?.json.model).toBe('family/some-model:free');
  });

  test('a body in chunks is taken as well', async () => {
    const connection = await open(gateway.url);
    const text = JSON.stringify(BODY);
    await connection.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    for (const part of [text.slice(0, 5), text.slice(5)]) {
      await connection.write(`${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`);
    }
    await connection.write('0\r\n\r\n');
    expect((await connection.answer()).status).toBe(200);
    connection.leave();
    expect(upstream.requests.at(-1)?.json).toEqual({ ...BODY, model: 'upstream-model' });
  });

  test('a chat completion as a stream', async () => {
    upstream.script(streamOf('one two'));
    for (const path of ['/v1/chat/completions', '/chat/completions']) {
      const { answer, text } = await ask(path, { body: { ...BODY, stream: true } });
      expect(answer.headers['content-type']).toContain('text/event-stream');
      expect(parseSse(text).done).toBe(true);
    }
  });

  test('a legacy completion as a stream', async () => {
    const event = (text: string, finish_reason: string | null) => ({
      id: 'cmpl-1',
      object: 'text_completion',
      choices: [{ index: 0, text, finish_reason }],
    });
    upstream.script(sse([event('one', null), event(' two', null), event('', 'stop')]));
    const { text } = await ask('/v1/completions', { body: { ...BODY, stream: true } });
    const { json: events, done } = parseSse(text);
    expect(done).toBe(true);
    expect(events.map((one) => one.choices[0].text).join('')).toBe('one two');
  });

  test('several requests on one connection, one after the other', async () => {
    const connection = await open(gateway.url);
    for (let round = 0; round < 3; round++) {
      await connection.write(requestBytes(`${gateway.url}/v1/chat/completions`, { body: BODY }));
      const answer = await connection.answer();
      expect(answer.status).toBe(200);
      await answer.whole();
    }
    connection.leave();
  });
});

describe('forms', () => {
  const FILE = crypto.getRandomValues(new Uint8Array(200_000));

  test('a transcription: the model is replaced inside the form, the file stays as it is', async () => {
    upstream.script(json(200, { text: 'what was said' }));
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'any' });
    const file = await toFile(FILE, 'sound "one".wav', { type: 'audio/wav' });
    const { text } = await openai.audio.transcriptions.create({ model: 'm', file, language: 'de', prompt: 'model' });
    expect(text).toBe('what was said');
    const seen = upstream.requests.at(-1);
    expect(seen?.path).toBe('/v1/audio/transcriptions');
    const form = await formOf(seen?.headers['content-type'], seen?.body);
    expect(form.getAll('model')).toEqual(['upstream-model']);
    expect(form.get('language')).toBe('de');
    expect(form.get('prompt')).toBe('model');
    const sent = form.get('file') as File;
    expect(Buffer.from(await sent.arrayBuffer()).equals(Buffer.from(FILE))).toBe(true);
  });

  test('everything else of the form stays, byte for byte', async () => {
    const form = (model: string): string =>
      [
        '--b0undary',
        'Content-Disposition: form-data; name="file"; filename="model"',
        'Content-Type: application/octet-stream',
        'X-Odd:  kept ',
        '',
        'name="model"\r\n\r\nm\r\n--b0undar',
        '--b0undary',
        'content-disposition: form-data; name="model"',
        '',
        model,
        '--b0undary',
        'Content-Disposition: form-data; name="timestamp_granularities[]"',
        '',
        'word',
        '--b0undary--',
        'an epilogue',
      ].join('\r\n');
    for (const path of ['/v1/audio/translations', '/images/edits']) {
      const headers = { 'content-type': 'multipart/form-data; boundary=b0undary' };
      const { answer } = await ask(path, { headers, body: form('m') });
      expect(answer.status).toBe(200);
      expect(upstream.requests.at(-1)?.text).toBe(form('upstream-model'));
      expect(upstream.requests.at(-1)?.headers['content-type']).toBe(headers['content-type']);
    }
  });

  test('a form without a model, or that is none: 400', async () => {
    const before = upstream.requests.length;
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const without = '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nbytes\r\n--x--\r\n';
    const { answer, text } = await ask('/v1/audio/transcriptions', { headers, body: without });
    expect(answer.status).toBe(400);
    expect(JSON.parse(text).error).toMatchObject({ param: 'model', message: expect.stringContaining('model') });
    for (const body of ['no form', '--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nm']) {
      const broken = await ask('/v1/audio/transcriptions', { headers, body });
      expect(broken.answer.status).toBe(400);
      expect(JSON.parse(broken.text).error).toMatchObject({ type: 'invalid_request_error' });
    }
    expect(upstream.requests).toHaveLength(before);
  });
});

describe('binary answers', () => {
  test('stream through: the first bytes come before the last are made', async () => {
    const reply = manual();
    upstream.script(reply);
    const first = new Uint8Array([0xff, 0xfe, 0x00, 0x0d, 0x0a, 0x80]);
    const rest = crypto.getRandomValues(new Uint8Array(100_000));
    const asked = send(`${gateway.url}/v1/audio/speech`, { body: { model: 'm', input: 'Hello', voice: 'alloy' } });
    await reply.head(200, {
      'content-type': 'audio/mpeg',
      'transfer-encoding': 'chunked',
      'openai-processing-ms': '9',
    });
    await reply.write(first);
    const answer = await asked;
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'audio/mpeg', 'openai-processing-ms': '9' });
    await answer.textUntil((text) => text.length > 0);
    await reply.write(rest);
    await reply.end();
    expect(await answer.ending).toBe('complete');
    const got = Buffer.concat(answer.pieces.map(({ bytes }) => bytes));
    expect(got.equals(Buffer.concat([first, rest]))).toBe(true);
  });

  test('one that breaks off does not look whole', async () => {
    const reply = manual();
    upstream.script(reply);
    const asked = send(`${gateway.url}/v1/audio/speech`, { body: { model: 'm', input: 'Hello' } });
    await reply.head(200, { 'content-type': 'audio/mpeg', 'transfer-encoding': 'chunked' });
    await reply.write('the first of two');
    const answer = await asked;
    await answer.textUntil('the first of two');
    await reply.destroy({ reset: true });
    expect(await answer.ending).toBe('broken');
  });
});

describe('what does not exist', () => {
  test.each([
    '/',
    '/v1',
    '/v1/',
    '/v2/chat/completions',
    '/v1/chat',
    '/v1/chat/completions/x/y',
    '/v1/v1/chat/completions',
    '/v1/images',
    '/v1/audio/',
    '/v1/audio/../nothing',
    '/v1/audio/%2e%2e/nothing',
    '/CHAT/completions',
    '/favicon.ico',
  ])('%s: 404 in the OpenAI error shape', async (path) => {
    const before = upstream.requests.length;
    for (const method of ['GET', 'POST']) {
      const { answer, text } = await askRaw(method, path);
      expect(answer.status).toBe(404);
      expect(answer.headers['content-type']).toContain('application/json');
      const { error, ...more } = JSON.parse(text);
      expect(more).toEqual({});
      expect(error).toEqual({
        message: expect.any(String),
        type: 'invalid_request_error',
        param: null,
        code: 'unknown_path',
      });
    }
    expect(upstream.requests).toHaveLength(before);
  });

  test.each([
    ['GET', '/v1/chat/completions', /^POST$/],
    ['PUT', '/chat/completions', /^POST$/],
    ['DELETE', '/v1/embeddings', /^POST$/],
    ['GET', '/v1/audio/speech', /^POST$/],
    ['PATCH', '/v1/images/generations', /^POST$/],
    ['POST', '/v1/models', /^GET\b/],
    ['DELETE', '/models', /^GET\b/],
    ['POST', '/v1/models/m', /^GET\b/],
    ['POST', '/health', /^GET\b/],
    ['PUT', '/healthz', /^GET\b/],
    ['POST', '/readyz', /^GET\b/],
  ])('%s %s: 405 with Allow', async (method, path, allow) => {
    const { answer, text } = await ask(path, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toMatch(allow);
    expect(JSON.parse(text).error).toMatchObject({
      message: expect.stringContaining(method),
      type: 'invalid_request_error',
      code: 'method_not_allowed',
    });
  });

  /** A path as it is written: a URL parser would tidy it up. */
  async function askRaw(method: string, path: string): Promise<{ answer: RawAnswer; text: string }> {
    const connection = await open(gateway.url);
    const body = method === 'POST' ? JSON.stringify(BODY) : '';
    const fields = `host: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    await connection.write(`${method} ${path} HTTP/1.1\r\n${fields}\r\n\r\n${body}`);
    const answer = await connection.answer();
    const { text } = await answer.whole();
    connection.leave();
    return { answer, text };
  }
});

describe('models', () => {
  test('the enabled aliases, with a `created` that does not change', async () => {
    const lists = await Promise.all(['/v1/models', '/models', '/v1/models?limit=5'].map((path) => ask(path)));
    const [first] = lists.map(({ text }) => JSON.parse(text));
    for (const { answer, text } of lists) {
      expect(answer.status).toBe(200);
      expect(JSON.parse(text)).toEqual(first);
    }
    expect(first.object).toBe('list');
    expect(first.data.map(({ id }: { id: string }) => id).sort()).toEqual(['deep', 'm', 'team/model.one']);
    for (const model of first.data) {
      expect(model).toEqual({ id: model.id, object: 'model', created: expect.any(Number), owned_by: 'llm-proxy' });
      expect(Number.isInteger(model.created)).toBe(true);
    }
  });

  test.each([
    ['/v1/models/m', 'm'],
    ['/models/m', 'm'],
    ['/v1/models/team/model.one', 'team/model.one'],
    ['/v1/models/team%2Fmodel.one', 'team/model.one'],
    ['/v1/models/team%2fmodel%2Eone', 'team/model.one'],
  ])('%s is one of them', async (path, id) => {
    const { answer, text } = await ask(path);
    expect(answer.status).toBe(200);
    const listed = JSON.parse((await ask('/v1/models')).text).data.find((one: { id: string }) => one.id === id);
    expect(JSON.parse(text)).toEqual(listed);
  });

  test.each(['/v1/models/nothing', '/v1/models/disabled', '/models/M', '/v1/models/team%252Fmodel.one'])(
    '%s is not: 404',
    async (path) => {
      const { answer, text } = await ask(path);
      expect(answer.status).toBe(404);
      expect(JSON.parse(text).error).toMatchObject({ code: 'model_not_found', type: 'invalid_request_error' });
    },
  );

  test('HEAD is like GET without a body', async () => {
    for (const path of ['/v1/models', '/health', '/readyz']) {
      const answer = await send(`${gateway.url}${path}`, { method: 'HEAD' });
      expect(answer.status).toBe(200);
      answer.leave();
    }
  });
});

describe('probes', () => {
  test('health tells that the process lives, and its version', async () => {
    for (const path of ['/health', '/healthz']) {
      const { answer, text } = await ask(path);
      expect(answer.status).toBe(200);
      expect(JSON.parse(text)).toEqual({ status: 'ok', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    }
  });

  test('readyz: 200 with a backend that may serve, 503 without any enabled one', async () => {
    const up = await ask('/readyz');
    expect([up.answer.status, JSON.parse(up.text)]).toEqual([200, { status: 'ready' }]);
    const none = await startGateway({
      config: { backends: [{ name: 'up', url: upstream.url, enabled: false }], models: {} },
    });
    const answer = await send(`${none.url}/readyz`);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(await answer.json()).toEqual({ status: 'not_ready', reason: 'no_backend' });
    expect((await send(`${none.url}/health`)).status).toBe(200);
    expect(await none.stop()).toBe(0);
  });

  test('health answers while requests are under way', async () => {
    const gate = hold();
    upstream.script(gate);
    const asked = ask('/v1/chat/completions', { body: BODY });
    await gate.reached;
    expect((await ask('/health')).answer.status).toBe(200);
    gate.release();
    expect((await asked).answer.status).toBe(200);
  });
});

/** A form as some provider's server would read it. */
function formOf(contentType: string | undefined, body: Uint8Array | undefined): ReturnType<Response['formData']> {
  const response = new Response(Buffer.from(body ?? []), { headers: { 'content-type': contentType ?? '' } });
  // oxlint-disable-next-line typescript/no-deprecated -- what is deprecated for servers is fine for 200 kB of a test
  return response.formData();
}
