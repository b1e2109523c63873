// Requests that name no model, where their API lets them: the default alias serves them, or a 400 says how to have one.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, json } from '../kit/replies.ts';
import { DIALECTS, KEY, startStage } from './stage.ts';
import type { Stage } from './stage.ts';
import type { Answer, Dialect } from './spoken.ts';

const [CHAT, RESPONSES, ANTHROPIC] = DIALECTS as [Dialect, Dialect, Dialect, Dialect];
const SAYS: Answer = { items: [{ text: 'Hello.' }], finish: 'stop', usage: { input: 20, output: 9 } };

const route = (backend: string) => ({ routes: [{ backend, model: 'the-model' }] });
const MODELS = Object.fromEntries([
  ...DIALECTS.map(({ protocol }) => [`to-${protocol}`, route(protocol)] as const),
  ['other', route('openai')],
]);
const KEYS = [
  { name: 'limited', key: 'key-of-the-limited', models: ['other'] },
  { name: 'mine', key: 'key-of-the-default', models: ['to-openai', 'to-openai-responses'] },
];

interface Asked {
  readonly status: number;
  readonly body: Json;
  readonly up: Json;
  readonly upPath: string;
  readonly upMethod: string;
}

async function ask(stage: Stage, path: string, body?: Json, key = KEY): Promise<Asked> {
  const before = stage.upstream.requests.length;
  const headers = { authorization: `Bearer ${key}` };
  const answer = await send(stage.gateway.url + path, { headers, ...(body === undefined ? {} : { body }) });
  const { text } = await answer.whole();
  const seen = stage.upstream.requests[before];
  return {
    status: answer.status,
    body: JSON.parse(text),
    up: seen?.body.length ? seen.json : undefined,
    upPath: seen?.path ?? '',
    upMethod: seen?.method ?? '',
  };
}

describe('with routing.default_alias', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage({ models: MODELS, keys: KEYS, routing: { default_alias: 'to-openai' } });
    stage.upstream.script(chatAnswer('x'));
  });

  afterAll(async () => {
    await stage.stop();
  });

  test.each([
    ['/v1/moderations', { input: 'Hi' }],
    ['/moderations', { input: 'Hi', model: null }],
    ['/v1/images/generations', { prompt: 'Hi' }],
    ['/v1/images/edits', { prompt: 'Hi', images: [] }],
    ['/openai/v1/images/generations', { prompt: 'Hi' }],
  ])('%s goes to its route, with its model', async (path, body) => {
    const found = await ask(stage, path, body);
    expect(found.status).toBe(200);
    expect(found.up).toEqual({ ...body, model: 'the-model' });
  });

  test('one that names a model gets that', async () => {
    expect((await ask(stage, '/v1/moderations', { input: 'Hi', model: 'none' })).status).toBe(404);
    expect((await ask(stage, '/v1/moderations', { input: 'Hi', model: 7 })).body.error.code).toBe('missing_model');
  });

  test.each([
    ['/v1/chat/completions', { messages: [] }],
    ['/v1/embeddings', { input: 'Hi' }],
    ['/v1/audio/speech', { input: 'Hi' }],
    ['/v1/messages', { messages: [] }],
  ])('%s has to name one', async (path, body) => {
    const found = await ask(stage, path, body);
    expect([found.status, found.upPath]).toEqual([400, '']);
  });

  test('endpoints that know no model go to its backend as they are', async () => {
    const listed = await ask(stage, '/v1/audio/voices?limit=2');
    expect([listed.status, listed.upMethod, listed.upPath]).toEqual([200, 'GET', '/v1/audio/voices?limit=2']);
    const made = await ask(stage, '/v1/audio/voice_consents', { name: 'x', model: 'not-ours' });
    expect([made.status, made.up]).toEqual([200, { name: 'x', model: 'not-ours' }]);
    const body = '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--b--\r\n';
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'multipart/form-data; boundary=b' };
    const form = await send(`${stage.gateway.url}/v1/audio/voices`, { headers, body });
    await form.whole();
    expect(String(stage.upstream.requests.at(-1)?.body)).toBe(body);
  });

  test('what a backend answers to HEAD could not be judged, so it is not asked', async () => {
    for (const [path, allow] of [
      ['/v1/audio/voices', 'GET, POST'],
      ['/v1/responses/resp_1', 'GET, DELETE'],
    ] as const) {
      const before = stage.upstream.requests.length;
      const headers = { authorization: `Bearer ${KEY}` };
      const answer = await send(stage.gateway.url + path, { method: 'HEAD', headers });
      expect([answer.status, answer.headers['allow']]).toEqual([405, allow]);
      await answer.whole();
      expect(stage.upstream.requests).toHaveLength(before);
    }
  });

  test('is for those who may ask for it', async () => {
    for (const [path, body] of [
      ['/v1/moderations', { input: 'Hi' }],
      ['/v1/audio/voices', undefined],
    ] as const) {
      expect((await ask(stage, path, body, 'key-of-the-limited')).status).toBe(403);
      expect((await ask(stage, path, body, 'key-of-the-default')).status).toBe(200);
      expect((await ask(stage, path, body, 'wrong-key-of-someone')).status).toBe(401);
    }
  });
});

describe('responses without a model', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage({ models: MODELS, keys: KEYS, routing: { default_alias: 'to-openai-responses' } });
  });

  afterAll(async () => {
    await stage.stop();
  });

  test('get that of the default, but for those with a stored prompt, which has its own', async () => {
    stage.upstream.script(json(200, RESPONSES.answer(SAYS)));
    expect((await ask(stage, '/v1/responses', { input: 'Hi' })).up).toEqual({ model: 'the-model', input: 'Hi' });
    const prompt = { prompt: { id: 'pmpt_1' } };
    expect((await ask(stage, '/v1/responses', prompt)).up).toEqual(prompt);
    stage.upstream.script(chatAnswer('x', { object: 'response.input_tokens', input_tokens: 3 }));
    expect((await ask(stage, '/v1/responses/input_tokens', { input: 'Hi' })).up.model).toBe('the-model');
    // A prompt's model may be any, so a key for some aliases is held to them.
    expect((await ask(stage, '/v1/responses', prompt, 'key-of-the-default')).up.model).toBe('the-model');
  });
});

test('a default of another dialect serves translated', async () => {
  const stage = await startStage({ models: MODELS, routing: { default_alias: 'to-anthropic' } });
  stage.plays(ANTHROPIC, SAYS);
  const found = await ask(stage, '/v1/responses', { input: 'Hi' });
  expect([found.status, found.up.model]).toEqual([200, 'the-model']);
  expect((await ask(stage, '/v1/audio/voices')).status).toBe(400);
  await stage.stop();
});

test('without it they are told how to set one', async () => {
  const stage = await startStage({ models: MODELS });
  stage.plays(CHAT, SAYS);
  for (const [path, body] of [
    ['/v1/moderations', { input: 'Hi' }],
    ['/v1/images/generations', { prompt: 'Hi' }],
    ['/v1/responses', { prompt: { id: 'pmpt_1' } }],
    ['/v1/responses/input_tokens', { input: 'Hi' }],
    ['/v1/audio/voices', undefined],
  ] as const) {
    const found = await ask(stage, path, body);
    expect([found.status, found.upPath]).toEqual([400, '']);
    expect(found.body.error).toMatchObject({ code: 'missing_model' });
    expect(found.body.error.message).toContain('`routing.default_alias`');
  }
  expect((await ask(stage, '/v1/chat/completions', {})).body.error.message).not.toContain('default_alias');
  await stage.stop();
});
