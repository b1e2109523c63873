// The rest of each API, passed through to one backend.
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { SendOptions } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, json, manual, sse, status } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const ANN = 'key-of-ann-5678-abcdefgh';
const BOB = 'key-of-bob-5678-abcdefgh';
const CAM = 'key-of-cam-5678-abcdefgh';
const PROXY = 'key-of-the-proxy-5678-ab';
const UPSTREAM_KEY = 'sk-provider-key-1234567';
const ANTHROPIC = { 'anthropic-version': '2023-06-01' };
const FILE = { id: 'file-AbCdEfGhIjKl1234', object: 'file', bytes: 12, filename: 'a.jsonl', purpose: 'batch' };

let one: Upstream;
let two: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  [one, two] = await Promise.all([startUpstream(json(200, FILE)), startUpstream(json(200, FILE))]);
});

afterEach(async () => {
  await gateway.stop();
  await settled(one, two);
  one.script(json(200, FILE));
  two.script(json(200, FILE));
});

afterAll(() => Promise.all([one.stop(), two.stop()]));

const configOf = (more: object = {}): object => ({
  proxy_api_key: PROXY,
  backends: [
    { name: 'one', url: one.url, vendor: 'openai', api_key: UPSTREAM_KEY },
    { name: 'two', url: two.url, vendor: 'openai', api_key: UPSTREAM_KEY },
    { name: 'claude', url: one.url, protocol: 'anthropic', api_key: UPSTREAM_KEY },
    { name: 'gemini', url: `http://127.0.0.1:${two.port}/v1beta`, protocol: 'gemini', api_key: UPSTREAM_KEY },
  ],
  models: {
    m: {
      routes: [
        { backend: 'two', model: 'big', priority: 2 },
        { backend: 'one', model: 'small' },
      ],
    },
    g: { routes: [{ backend: 'gemini', model: 'gemini-3' }] },
  },
  passthrough: { openai: 'one', anthropic: 'claude', gemini: 'gemini' },
  fallback: { cooldown_seconds: 60 },
  ...more,
});

const KEYS = {
  keys: [
    { name: 'ann', key: ANN, models: ['*'] },
    { name: 'bob', key: BOB, models: ['*'] },
    { name: 'cam', key: CAM, models: ['m'] },
  ],
  server: { secret: 'a secret of this gateway that nobody knows' },
};

async function start(more: object = {}): Promise<void> {
  gateway = await startGateway({ config: configOf(more) });
}

async function ask(path: string, { key = PROXY, ...options }: SendOptions & { key?: string } = {}) {
  const headers = { authorization: `Bearer ${key}`, ...options.headers };
  const answer = await send(gateway.url + path, { ...options, headers });
  const { text } = await answer.whole();
  return { status: answer.status, headers: answer.headers, text };
}

async function asked(path: string, options: SendOptions & { key?: string } = {}): Promise<Json> {
  const { text } = await ask(path, options);
  return JSON.parse(text);
}

const last = (upstream: Upstream) => {
  const request = upstream.requests.at(-1);
  if (request === undefined) throw new Error('nothing was asked');
  return request;
};

describe('off', () => {
  test.each([
    ['openai', '/v1/files', {}],
    ['openai', '/files/file-1/content', {}],
    ['openai', '/v1/organization/users', {}],
    ['anthropic', '/v1/files', ANTHROPIC],
    ['anthropic', '/v1/messages/batches', {}],
    ['gemini', '/v1beta/files', {}],
    ['gemini', '/upload/v1beta/files', {}],
  ])('%s: %s says which key turns it on', async (api, path, headers) => {
    await start({ passthrough: {} });
    const { status: code, text } = await ask(path, { headers });
    expect(code).toBe(404);
    expect(text).toContain(`\`passthrough.${api}\``);
    expect(one.inFlight + two.inFlight).toBe(0);
  });

  test('a path with other methods stays what it was', async () => {
    await start({ passthrough: {} });
    const { status: code, headers } = await ask('/v1/chat/completions');
    expect([code, headers['allow']]).toEqual([405, 'POST']);
    expect((await ask('/v1/models/m', { method: 'DELETE' })).status).toBe(405);
  });
});

describe('on', () => {
  test('method, path, query and body reach the backend; its key does, the client’s does not', async () => {
    await start();
    const body = { input_file_id: 'file-1', endpoint: '/v1/chat/completions', completion_window: '24h' };
    const { status: code, text, headers } = await ask('/v1/batches?limit=3&after=batch_1&model=x', { body });
    expect([code, JSON.parse(text)]).toEqual([200, FILE]);
    expect(headers['x-llm-proxy-backend']).toBe('one');
    const { method, path, headers: sent, body: got } = last(one);
    expect([method, path]).toEqual(['POST', '/v1/batches?limit=3&after=batch_1&model=x']);
    expect(JSON.parse(got.toString())).toEqual(body);
    expect(sent['authorization']).toBe(`Bearer ${UPSTREAM_KEY}`);
  });

  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('%s', async (method) => {
    await start();
    const { status: code } = await ask('/v1/vector_stores/vs_1/files/file-2', { method });
    expect([code, last(one).method, last(one).path]).toEqual([200, method, '/v1/vector_stores/vs_1/files/file-2']);
  });

  test('by its headers a path is of the dialect that shares it', async () => {
    await start();
    await ask('/v1/files', { headers: ANTHROPIC });
    expect(last(one).headers['x-api-key']).toBe(UPSTREAM_KEY);
    await ask('/v1/files', { headers: { 'x-goog-api-client': 'x' } });
    expect([last(two).path, last(two).headers['x-goog-api-key']]).toEqual(['/v1beta/files', UPSTREAM_KEY]);
    await ask('/v1/files');
    expect(last(one).headers['x-api-key']).toBeUndefined();
  });

  test('an answer that says of something that it failed is no failure', async () => {
    await start();
    const job = { id: 'ftjob-1', status: 'failed', error: { code: 'invalid', message: 'no', param: null } };
    one.script(json(200, job));
    expect(await asked('/v1/fine_tuning/jobs/ftjob-1')).toEqual(job);
  });

  test('lines of JSON, bytes and broken JSON pass as they are', async () => {
    await start();
    for (const [type, content] of [
      ['application/x-jsonl', '{"a":1}\n{"a":2}\n'],
      ['application/json', '{"id": "file-1"} and more'],
      ['application/octet-stream', '\u0000\u0001'],
    ] as const) {
      one.script(json(200, content, { 'content-type': type }));
      expect((await ask('/v1/files/file-1/content')).text).toBe(content);
    }
  });

  test.each([400, 404, 429, 500, 503])('%i is told as it is, and nothing cools down', async (code) => {
    await start();
    one.script(status(code));
    const { status: told, text } = await ask('/v1/files/file-1');
    expect([told, JSON.parse(text).error.message]).toEqual([code, `upstream said ${code}`]);
    one.script(chatAnswer('ok'));
    const { headers } = await ask('/v1/chat/completions', { body: { model: 'm', messages: [] } });
    expect(headers['x-llm-proxy-backend']).toBe('one');
  });

  test('secrets of the gateway do not come down', async () => {
    await start();
    one.script((request) => json(200, { id: 'file-1', echo: request.headers['authorization'] }));
    expect((await ask('/v1/files/file-1')).text).not.toContain(UPSTREAM_KEY);
  });

  test('it is logged with its backend', async () => {
    await start();
    await ask('/v1/files/file-1');
    await eventually(() => gateway.logs().length > 0);
    expect(gateway.logs()[0]).toMatchObject({ path: '/v1/files/file-1', backend: 'one', status: 200 });
  });

  test('names that lead out of the base are refused', async () => {
    await start();
    for (const path of ['/v1/files/%2e%2e/x', '/v1/files/..%2fsecret', '/v1/files/a%5c..%5cb']) {
      const before = one.requests.length;
      expect((await ask(path)).status).toBeOneOf([400, 404]);
      expect(one.requests.length).toBe(before);
    }
  });
});

describe('events', () => {
  const RUN = { id: 'run_AbCdEfGhIjKl1234', thread_id: 'thread_AbCdEfGhIjKl1234', status: 'queued' };

  test('come as they are sent, each as soon as it is whole', async () => {
    await start();
    const stream = manual();
    one.script(stream);
    const asking = send(`${gateway.url}/v1/threads/thread_1/runs`, {
      headers: { authorization: `Bearer ${PROXY}` },
      body: { stream: true },
    });
    const first = `event: thread.run.created\ndata: ${JSON.stringify(RUN)}\n\n`;
    await stream.head();
    await stream.write(first);
    const answer = await asking;
    expect(answer.headers['content-type']).toStartWith('text/event-stream');
    expect(await answer.textUntil('\n\n')).toBe(first);
    await stream.write('event: done\ndata: [DO');
    await stream.write('NE]\n\n');
    await stream.end();
    expect(await answer.whole()).toEqual({ text: `${first}event: done\ndata: [DONE]\n\n`, ending: 'complete' });
  });

  test('have sealed ids and no secrets', async () => {
    await start(KEYS);
    one.script(sse([RUN, { id: 'msg_1', text: UPSTREAM_KEY }]));
    const { text } = await ask('/v1/threads/runs', { key: ANN, body: { stream: true } });
    expect(text.match(/"(?:run|thread|msg)_lp1-[\w-]+"/g)).toHaveLength(3);
    expect(text).not.toContain(UPSTREAM_KEY);
    expect(text).not.toContain(RUN.id);
  });

  test('that break off break off', async () => {
    await start();
    const stream = manual();
    one.script(stream);
    const asking = send(`${gateway.url}/v1/threads/thread_1/runs`, {
      headers: { authorization: `Bearer ${PROXY}` },
      body: { stream: true },
    });
    await stream.head();
    await stream.write('data: {}\n\n');
    const answer = await asking;
    await answer.textUntil('\n\n');
    await stream.destroy();
    expect((await answer.whole()).ending).toBe('broken');
  });
});

describe('by the official SDKs', () => {
  test('the results of a batch of Anthropic are at the gateway', async () => {
    await start(KEYS);
    const lines = '{"custom_id":"a","result":{"type":"canceled"}}\n';
    one.script(({ path }) =>
      path.endsWith('/results')
        ? json(200, lines, { 'content-type': 'application/x-jsonl' })
        : json(200, {
            id: 'msgbatch_AbCdEfGhIjKl12',
            type: 'message_batch',
            results_url: 'https://api.anthropic.com/v1/messages/batches/msgbatch_AbCdEfGhIjKl12/results',
          }),
    );
    const client = new Anthropic({ apiKey: ANN, baseURL: gateway.url, maxRetries: 0 });
    const { id } = await client.messages.batches.create({ requests: [] });
    expect(id).toStartWith('msgbatch_lp1-');
    const results: unknown[] = [];
    for await (const result of await client.messages.batches.results(id)) results.push(result);
    expect(results).toEqual([JSON.parse(lines)]);
    expect(last(one).path).toBe('/v1/messages/batches/msgbatch_AbCdEfGhIjKl12/results');
  });

  test('a file of Gemini is uploaded, referred to and fetched', async () => {
    await start(KEYS);
    const google = `http://127.0.0.1:${two.port}`;
    const file = {
      name: 'files/abc123',
      uri: 'https://generativelanguage.googleapis.com/v1beta/files/abc123',
      state: 'ACTIVE',
      mimeType: 'text/plain',
    };
    two.script(({ path, headers }) => {
      if (path.includes(':generateContent'))
        return json(200, { candidates: [{ content: { parts: [{ text: 'ok' }] }, finishReason: 'STOP' }] });
      if (headers['x-goog-upload-command'] === 'start')
        return json(
          200,
          {},
          { 'x-goog-upload-url': `${google}/upload/v1beta/files?upload_id=UP1`, 'x-goog-upload-status': 'active' },
        );
      return json(200, path.startsWith('/upload/') ? { file } : file, { 'x-goog-upload-status': 'final' });
    });
    const ai = new GoogleGenAI({ apiKey: ANN, httpOptions: { baseUrl: gateway.url } });
    const uploaded = await ai.files.upload({ file: new Blob(['hello']), config: { mimeType: 'text/plain' } });
    expect(last(two).path).toBe('/upload/v1beta/files?upload_id=UP1');
    expect(last(two).body.toString()).toBe('hello');
    expect(uploaded.name).toMatch(/^files\/lp1x[0-9a-f]+$/);
    await ai.files.get({ name: uploaded.name ?? '' });
    expect(last(two).path).toBe('/v1beta/files/abc123');
    // The SDK takes the name out of an address.
    await ai.files.delete({ name: uploaded.uri ?? '' });
    expect([last(two).method, last(two).path]).toEqual(['DELETE', '/v1beta/files/abc123']);
    const fileData = { fileUri: uploaded.uri ?? '', mimeType: 'text/plain' };
    await ai.models.generateContent({ model: 'g', contents: [{ role: 'user', parts: [{ fileData }] }] });
    expect(last(two).body.toString()).toContain(`"fileUri":"${file.uri}"`);
  });
});

describe('several callers', () => {
  test('a key for some models only is turned away', async () => {
    await start(KEYS);
    const { status: code, text } = await ask('/v1/files/file-1', { key: CAM });
    expect([code, JSON.parse(text).error.code]).toEqual([403, 'endpoint_not_allowed']);
  });

  test('ids are sealed for the caller who gets them, and are nothing to another', async () => {
    await start(KEYS);
    const { id, filename } = await asked('/v1/files/', { key: ANN, method: 'POST', body: {} });
    expect(id).toStartWith('file-lp1-');
    expect(filename).toBe('a.jsonl');
    await ask(`/v1/files/${id}`, { key: ANN });
    expect(last(one).path).toBe(`/v1/files/${FILE.id}`);
    const before = one.requests.length;
    for (const path of [`/v1/files/${id}`, `/v1/files/${FILE.id}`, `/v1/files/${id.slice(0, -2)}`]) {
      const { status: code, text } = await ask(path, { key: BOB });
      expect([path, code, JSON.parse(text).error.code]).toEqual([path, 404, 'resource_not_found']);
    }
    for (const body of [{ input_file_id: id }, { input_file_id: FILE.id }])
      expect((await ask('/v1/batches', { key: BOB, body })).status).toBe(404);
    expect((await ask(`/v1/batches/x?after=${id}`, { key: BOB })).status).toBe(404);
    expect(one.requests.length).toBe(before);
  });

  test('they are opened in queries and bodies, of model requests too, and lead to their backend', async () => {
    await start(KEYS);
    const { id } = await asked('/v1/files', { key: ANN, body: {} });
    await ask(`/v1/vector_stores/${id}/files?after=${id}&limit=2`, { key: ANN });
    expect(last(one).path).toBe(`/v1/vector_stores/${FILE.id}/files?after=${FILE.id}&limit=2`);
    await ask('/v1/vector_stores', { key: ANN, body: { name: 'n', file_ids: [id] } });
    expect(JSON.parse(last(one).body.toString())).toEqual({ name: 'n', file_ids: [FILE.id] });
    const content = [{ type: 'file', file: { file_id: id } }];
    one.script(chatAnswer('ok'));
    await ask('/v1/chat/completions', { key: ANN, body: { model: 'm', messages: [{ role: 'user', content }] } });
    expect(last(one).body.toString()).toContain(`"file_id":"${FILE.id}"`);

    gateway.writeConfig(configOf({ ...KEYS, passthrough: { openai: 'two' } }));
    await eventually(() => gateway.stderr().includes('config reloaded'));
    await ask(`/v1/files/${id}`, { key: ANN });
    expect(last(one).path).toBe(`/v1/files/${FILE.id}`);
    const before = two.requests.length;
    const { id: other } = await asked('/v1/files', { key: ANN, body: {} });
    expect(two.requests.length).toBe(before + 1);
    two.script(chatAnswer('ok'));
    const both = [{ type: 'file', file: { file_id: other } }];
    const { headers } = await ask('/v1/chat/completions', {
      key: ANN,
      body: { model: 'm', messages: [{ role: 'user', content: both }] },
    });
    expect(headers['x-llm-proxy-backend']).toBe('two');
    const mixed = await ask('/v1/vector_stores', { key: ANN, body: { file_ids: [id, other] } });
    expect(mixed.status).toBe(404);
  });

  test('a conversation leads a response to its backend', async () => {
    await start({ ...KEYS, passthrough: { openai: 'two' } });
    two.script(json(200, { id: 'conv_AbCdEfGhIjKl1234', object: 'conversation' }));
    const { id } = await asked('/v1/conversations', { key: ANN, body: {} });
    expect(id).toStartWith('conv_lp1-');
    two.script(json(200, { id: 'resp_1', object: 'response', status: 'completed', output: [] }));
    await ask('/v1/responses', { key: ANN, body: { model: 'm', input: 'x', conversation: id } });
    expect(last(two).path).toBe('/v1/responses');
    expect(JSON.parse(last(two).body.toString()).conversation).toBe('conv_AbCdEfGhIjKl1234');
    expect((await ask('/v1/responses', { key: BOB, body: { model: 'm', input: 'x', conversation: id } })).status).toBe(
      404,
    );
  });

  test('a quoted id of another is only a text', async () => {
    await start(KEYS);
    const { id } = await asked('/v1/files', { key: ANN, body: {} });
    one.script(chatAnswer('ok'));
    const body = { model: 'm', messages: [{ role: 'user', content: `what is ${id}?` }] };
    expect((await ask('/v1/chat/completions', { key: BOB, body })).status).toBe(200);
    expect(last(one).body.toString()).toContain(id);
  });

  test('nobody but the operator lists what all have', async () => {
    await start(KEYS);
    const { status: code, text } = await ask('/v1/files', { key: ANN });
    expect([code, JSON.parse(text).error.code]).toEqual([403, 'endpoint_not_allowed']);
    expect((await ask('/v1/files')).status).toBe(200);
  });

  test('the account is for operators', async () => {
    await start({ ...KEYS, admin: { api_key: 'key-of-the-admin-1234-abc' } });
    for (const path of ['/v1/organization/users', '/v1/realtime/client_secrets'])
      expect((await ask(path, { key: ANN, body: {} })).status).toBe(403);
    const { status: code } = await ask('/v1/organization/users?project_ids=p', { key: 'key-of-the-admin-1234-abc' });
    expect([code, last(one).path]).toEqual([200, '/v1/organization/users?project_ids=p']);
  });
});
