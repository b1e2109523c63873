// The paths of Azure's and Vertex AI's own clients, as raw requests: they lead to the same endpoints, keys and limits.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer } from '../kit/replies.ts';
import { BACKEND_KEY, DIALECTS, KEY, MODELS, startStage } from './stage.ts';
import type { Stage } from './stage.ts';
import type { Answer, Dialect } from './spoken.ts';

const SAYS: Answer = { items: [{ text: 'Hello.' }], finish: 'stop', usage: { input: 20, output: 9 } };
const [CHAT, RESPONSES, ANTHROPIC, GEMINI] = DIALECTS as [Dialect, Dialect, Dialect, Dialect];
const PROJECT = 'projects/p-1/locations/us-east5';
const CHAT_BODY = { messages: [{ role: 'user', content: 'Hello' }] };
const GEMINI_BODY = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
const CLAUDE_BODY = {
  anthropic_version: 'vertex-2023-10-16',
  max_tokens: 9,
  messages: [{ role: 'user', content: 'Hello' }],
};

let stage: Stage;

beforeAll(async () => {
  const routes = (protocol: string, model: string) => ({ routes: [{ backend: protocol, model }] });
  const aliases = DIALECTS.map(({ protocol }) => [`to-${protocol}`, routes(protocol, 'gpt-5')] as const);
  stage = await startStage({
    models: {
      ...Object.fromEntries(aliases),
      'to-anthropic': routes('anthropic', MODELS.get(ANTHROPIC) ?? ''),
      'to-gemini': routes('gemini', MODELS.get(GEMINI) ?? ''),
      'team/chat': routes('openai', 'gpt-5'),
      'claude-sonnet-4@20250514': routes('anthropic', 'claude-sonnet-4-5'),
    },
    keys: [{ name: 'limited', key: 'key-of-the-limited', models: ['to-gemini'] }],
  });
});

afterAll(async () => {
  await stage.stop();
});

async function ask(
  path: string,
  body: Json,
  headers: Readonly<Record<string, string>> = { 'api-key': KEY },
): Promise<{ status: number; text: string; up: Json; upPath: string; upHeaders: Readonly<Record<string, string>> }> {
  const before = stage.upstream.requests.length;
  const answer = await send(stage.gateway.url + path, { headers, ...(body === undefined ? {} : { body }) });
  const { text } = await answer.whole();
  const seen = stage.upstream.requests[before];
  return { status: answer.status, text, up: seen?.json, upPath: seen?.path ?? '', upHeaders: seen?.headers ?? {} };
}

describe('Azure', () => {
  test.each([
    ['/openai/deployments/to-openai/chat/completions', CHAT_BODY, '/v1/chat/completions'],
    ['/openai/deployments/team%2Fchat/chat/completions', CHAT_BODY, '/v1/chat/completions'],
    ['/openai/deployments/team/chat/chat/completions/', CHAT_BODY, '/v1/chat/completions'],
    ['/openai/deployments/to-openai/completions', { prompt: 'Hi' }, '/v1/completions'],
    ['/openai/deployments/to-openai/embeddings', { input: 'Hi' }, '/v1/embeddings'],
    ['/openai/deployments/to-openai/images/generations', { prompt: 'Hi' }, '/v1/images/generations'],
    ['/openai/deployments/to-openai/audio/speech', { input: 'Hi', voice: 'alloy' }, '/v1/audio/speech'],
  ])('%s names its alias, and the backend gets the model in the body', async (path, body, upPath) => {
    stage.upstream.script(chatAnswer('Hello.'));
    for (const named of [body, { model: 'something-else', ...body }]) {
      const found = await ask(`${path}?api-version=2024-10-21`, named);
      expect(found.status).toBe(200);
      expect(found.upPath).toBe(upPath);
      expect(found.up).toEqual({ ...named, model: 'gpt-5' });
      expect(found.upHeaders).toMatchObject({ authorization: `Bearer ${BACKEND_KEY}` });
      expect(JSON.stringify(found.upHeaders)).not.toContain(KEY);
    }
  });

  test('a form gets its model as well', async () => {
    stage.upstream.script(chatAnswer('Hello.'));
    const form = (fields: string) =>
      `--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nHi\r\n${fields}--b--\r\n`;
    const answer = await send(`${stage.gateway.url}/openai/deployments/to-openai/images/edits?api-version=1`, {
      headers: { 'api-key': KEY, 'content-type': 'multipart/form-data; boundary=b' },
      body: `preamble\r\n${form('')}`,
    });
    expect(answer.status).toBe(200);
    const seen = stage.upstream.requests.at(-1);
    expect(seen?.path).toBe('/v1/images/edits');
    expect(String(seen?.body)).toBe(`--b\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt-5\r\n${form('')}`);
    await answer.whole();
  });

  test.each(DIALECTS.map((back) => [back.title, back] as const))(
    'streams and translates before %s',
    async (_, back) => {
      stage.plays(back, SAYS);
      const path = `/openai/deployments/${stage.aliasOf(back)}/chat/completions?api-version=2024-10-21`;
      const plain = await ask(path, CHAT_BODY);
      expect(JSON.parse(plain.text).choices[0].message.content).toBe('Hello.');
      const streamed = await ask(path, { ...CHAT_BODY, stream: true });
      expect(streamed.text).toEndWith('data: [DONE]\n\n');
      expect(streamed.upPath).not.toContain('api-version');
    },
  );

  test('the API below /openai/v1 and /openai is that below /v1', async () => {
    stage.plays(CHAT, SAYS);
    const named = { model: 'to-openai', ...CHAT_BODY };
    for (const base of [
      '/openai/v1',
      '/openai',
      `/v1/${PROJECT}/endpoints/openapi`,
      `/v1beta1/${PROJECT}/endpoints/openapi`,
    ])
      expect((await ask(`${base}/chat/completions?api-version=preview`, named)).upPath).toBe('/v1/chat/completions');
    stage.plays(RESPONSES, SAYS);
    for (const base of ['/openai/v1', '/openai']) {
      const asked = await ask(`${base}/responses?api-version=preview`, {
        model: stage.aliasOf(RESPONSES),
        input: 'Hi',
      });
      expect([asked.status, asked.upPath]).toEqual([200, '/v1/responses']);
      expect((await ask(`${base}/models?api-version=preview`, undefined)).text).toContain('"to-openai"');
      expect((await ask(`${base}/models/to-openai`, undefined)).status).toBe(200);
    }
    stage.plays(ANTHROPIC, SAYS);
    const messages = { model: 'to-anthropic', max_tokens: 9, messages: CHAT_BODY.messages };
    expect((await ask('/anthropic/v1/messages', messages)).upPath).toBe('/v1/messages');
    expect(JSON.parse((await ask('/anthropic/v1/models', undefined)).text).data[0]).toMatchObject({ type: 'model' });
    expect(JSON.parse((await ask('/anthropic/v1/models/team%2Fchat', undefined)).text).id).toBe('team/chat');
  });
});

describe('Vertex AI', () => {
  const google = (alias: string, base = `/v1/${PROJECT}`) => `${base}/publishers/google/models/${alias}`;
  const claude = (alias: string, version = 'v1') => `/${version}/${PROJECT}/publishers/anthropic/models/${alias}`;

  test.each(DIALECTS.map((back) => [back.title, back] as const))('Gemini before %s', async (_, back) => {
    stage.plays(back, SAYS);
    const alias = stage.aliasOf(back);
    for (const base of [`/v1/${PROJECT}`, `/v1beta1/${PROJECT}`, '/v1beta1', '/v1']) {
      const plain = await ask(`${google(alias, base)}:generateContent`, GEMINI_BODY);
      expect(JSON.parse(plain.text).candidates[0].content.parts[0].text).toBe('Hello.');
      const streamed = await ask(`${google(alias, base)}:streamGenerateContent?alt=sse`, GEMINI_BODY);
      expect(streamed.text).toStartWith('data: {');
      expect(streamed.text).toContain('"STOP"');
      const list = await ask(`${google(alias, base)}:streamGenerateContent`, GEMINI_BODY);
      expect(JSON.parse(list.text)).toBeArray();
    }
  });

  test('counts tokens', async () => {
    const counted = await ask(`${google('to-openai')}:countTokens`, GEMINI_BODY);
    expect(JSON.parse(counted.text).totalTokens).toBeNumber();
  });

  test('what the SDK takes for another publisher is an alias with a slash', async () => {
    stage.plays(CHAT, SAYS);
    const found = await ask(`/v1beta1/${PROJECT}/publishers/team/models/chat:generateContent`, GEMINI_BODY);
    expect([found.status, found.up.model]).toEqual([200, 'gpt-5']);
  });

  test.each(DIALECTS.map((back) => [back.title, back] as const))('Claude before %s', async (_, back) => {
    stage.plays(back, SAYS);
    for (const version of ['v1', 'v1beta1']) {
      const base = claude(stage.aliasOf(back), version);
      const plain = await ask(`${base}:rawPredict`, CLAUDE_BODY);
      expect(JSON.parse(plain.text)).toMatchObject({ type: 'message', content: [{ type: 'text', text: 'Hello.' }] });
      for (const body of [CLAUDE_BODY, { ...CLAUDE_BODY, stream: true }, { stream: false, ...CLAUDE_BODY }]) {
        const streamed = await ask(`${base}:streamRawPredict`, body);
        expect(streamed.text).toContain('event: message_stop');
        expect(streamed.up).not.toHaveProperty('anthropic_version');
      }
    }
  });

  test("Anthropic's own API gets the model, its version as a header, and nothing of Vertex's", async () => {
    stage.plays(ANTHROPIC, SAYS);
    const found = await ask(`${claude('claude-sonnet-4%4020250514')}:rawPredict`, CLAUDE_BODY);
    const { anthropic_version: _, ...rest } = CLAUDE_BODY;
    expect(found.up).toEqual({ ...rest, model: 'claude-sonnet-4-5' });
    expect(found.upHeaders['anthropic-version']).toBe('2023-06-01');
    const betas = { ...CLAUDE_BODY, anthropic_beta: ['context-1m-2025-08-07', 'no name', 7, 'effort-2025-11-24'] };
    const headers = { 'api-key': KEY, 'anthropic-beta': 'fast-mode-2026-02-01' };
    const withBetas = await ask(`${claude('to-anthropic')}:rawPredict`, betas, headers);
    expect(withBetas.up).toEqual(found.up);
    expect(withBetas.upHeaders['anthropic-beta']).toBe('fast-mode-2026-02-01,context-1m-2025-08-07,effort-2025-11-24');
    const counted = await ask(`${claude('count-tokens')}:rawPredict`, { ...CLAUDE_BODY, model: 'to-openai' });
    expect(JSON.parse(counted.text).input_tokens).toBeNumber();
  });

  test('what the gateway does not offer there is said in the dialect', async () => {
    const predict = await ask(`${google('to-gemini')}:predict`, { instances: [] });
    expect(JSON.parse(predict.text).error).toMatchObject({ code: 404, status: 'NOT_FOUND' });
    const other = await ask(`${claude('to-anthropic')}:predict`, CLAUDE_BODY);
    expect(JSON.parse(other.text)).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
  });
});

describe('every such path is admitted like any other', () => {
  const PATHS: readonly (readonly [path: string, body: Json])[] = [
    ['/openai/deployments/to-openai/chat/completions', CHAT_BODY],
    ['/openai/v1/chat/completions', { model: 'to-openai', ...CHAT_BODY }],
    ['/openai/responses', { model: 'to-openai', input: 'Hi' }],
    [`/v1/${PROJECT}/publishers/google/models/to-openai:generateContent`, GEMINI_BODY],
    ['/v1beta1/publishers/google/models/to-openai:generateContent', GEMINI_BODY],
    [`/v1/${PROJECT}/publishers/anthropic/models/to-openai:rawPredict`, CLAUDE_BODY],
    [`/v1/${PROJECT}/endpoints/openapi/chat/completions`, { model: 'to-openai', ...CHAT_BODY }],
  ];

  test.each(PATHS)('%s', async (path, body) => {
    stage.plays(CHAT, SAYS);
    expect((await ask(path, body, {})).status).toBe(401);
    expect((await ask(path, body, { 'api-key': 'wrong-key-of-someone' })).status).toBe(401);
    expect((await ask(path, body, { 'api-key': 'key-of-the-limited' })).status).toBe(403);
    expect((await ask(path.replace('to-openai', 'none'), { ...body, model: 'none' })).status).toBe(404);
    expect((await ask(path, body)).status).toBe(200);
  });

  test('no deployment or model climbs out of a backend', async () => {
    for (const name of ['..%2f..%2fadmin', '%2e%2e', 'a%2f..%2fb', 'constructor', '__proto__'])
      for (const path of [
        `/openai/deployments/${name}/chat/completions`,
        `/v1/${PROJECT}/publishers/google/models/${name}:generateContent`,
        `/v1/${PROJECT}/publishers/anthropic/models/${name}:rawPredict`,
      ]) {
        const found = await ask(path, CHAT_BODY);
        // Dots may be resolved before, which leads to another endpoint of the gateway's own.
        expect([400, 404]).toContain(found.status);
        expect(found.upPath).toBe('');
      }
  });
});
