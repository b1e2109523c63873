// Whoever asks for what is not here is told so in its own dialect, and what to do.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { KEY, startStage } from './stage.ts';
import type { Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});

afterAll(async () => {
  await stage.stop();
});

interface Told {
  readonly status: number;
  readonly body: Json;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function ask(
  path: string,
  { method = 'POST', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Told> {
  const body = method === 'POST' ? { body: {} } : {};
  const all = { authorization: `Bearer ${KEY}`, ...headers };
  const answer = await send(stage.gateway.url + path, { method, headers: all, ...body });
  const parsed = await answer.json();
  return { status: answer.status, body: parsed, message: parsed.error.message, headers: answer.headers };
}

const ANTHROPIC = { type: 'error', error: { type: 'not_found_error' } };
const GEMINI = { error: { code: 404, status: 'NOT_FOUND' } };
const OPENAI = { error: { type: 'invalid_request_error', code: 'unknown_path' } };
const OPENAI_OFF = { error: { type: 'invalid_request_error', code: 'passthrough_off' } };

describe('the dialect', () => {
  test.each<[string, Record<string, string>, object]>([
    ['/v1/nothing', {}, OPENAI],
    ['/v1/nothing', { 'anthropic-beta': 'files-api-2025-04-14' }, ANTHROPIC],
    ['/v1/nothing', { 'x-goog-api-client': 'genai-js/1.0' }, GEMINI],
    ['/v1/nothing', { 'x-goog-api-key': KEY }, GEMINI],
    ['/nothing?key=x', {}, GEMINI],
    ['/nowhere', { 'anthropic-version': '2023-06-01' }, ANTHROPIC],
    ['/v1/v1/messages', {}, ANTHROPIC],
    ['//v1//messages/nothing', {}, ANTHROPIC],
    ['/v1beta/nothing', {}, GEMINI],
    ['/upload/v1beta/nothing', {}, GEMINI],
    ['/v1/v1beta/models/x:generateContent', {}, GEMINI],
    ['/v1beta1/projects/p/locations/l/cachedContents', {}, GEMINI],
    ['/v1/responses/a/b', {}, OPENAI],
    ['/v1beta/openai/chat/completions', {}, OPENAI],
    // The path tells more than the headers do.
    ['/v1/chat/completions/x/y', { 'anthropic-version': '2023-06-01' }, OPENAI],
  ])('of %s with %j', async (path, headers, shape) => {
    const told = await ask(path, { headers });
    expect(told.status).toBe(404);
    expect(told.body).toMatchObject(shape);
    expect(told.message).toContain(`This gateway does not offer POST ${path.split('?')[0]}.`);
    expect(told.message).toEndWith(' https://github.com/llm-proxy/llm-proxy/blob/main/docs/protocols.md#endpoints');
    expect(told.headers['x-request-id']).toBe(told.headers['x-trace-id'] ?? '');
  });

  test.each<[string, Record<string, string>, object]>([
    ['/v1/batches', {}, OPENAI_OFF],
    ['/v1/files', { 'anthropic-version': '2023-06-01' }, ANTHROPIC],
    ['/v1/files', { 'anthropic-beta': 'files-api-2025-04-14' }, ANTHROPIC],
    ['/v1/files', { 'x-goog-api-client': 'genai-js/1.0' }, GEMINI],
    ['/v1/files', { 'x-goog-api-key': KEY }, GEMINI],
    ['/files?key=x', {}, GEMINI],
    ['/v1/messages/batches', {}, ANTHROPIC],
    ['/v1beta/cachedContents', {}, GEMINI],
    ['/upload/v1beta/files', {}, GEMINI],
    ['/v1/chat/completions/x', { 'anthropic-version': '2023-06-01' }, OPENAI_OFF],
    ['/v1/threads/t/messages', {}, OPENAI_OFF],
  ])('of %s with %j, which could be passed through', async (path, headers, shape) => {
    const told = await ask(path, { headers });
    expect(told.status).toBe(404);
    expect(told.body).toMatchObject(shape);
    expect(told.message).toMatch(
      /^Passthrough is off for [A-Z]+ \/\S*\. Set `passthrough\.(?:openai|anthropic|gemini)` in the config/,
    );
    expect(told.headers['x-request-id']).toBe(told.headers['x-trace-id'] ?? '');
  });

  test.each(['/v1', '/v1beta', '/v1alpha'])('of what is asked of a model and not offered, below %s', async (base) => {
    for (const method of [
      'batchGenerateContent',
      'predict',
      'predictLongRunning',
      'asyncBatchEmbedContent',
      'generateAnswer',
    ]) {
      const told = await ask(`${base}/models/to-gemini:${method}`);
      expect([told.status, told.headers['allow']]).toEqual([404, undefined]);
      expect(told.body).toMatchObject(GEMINI);
      const isOff = base !== '/v1' && method !== 'generateAnswer';
      expect(told.message).toContain(isOff ? '`passthrough.gemini`' : 'This gateway does not offer');
    }
  });

  test('of a missing key is the same', async () => {
    const told = await ask('/v1/files', { headers: { authorization: '', 'anthropic-version': '2023-06-01' } });
    expect(told.body).toMatchObject({ type: 'error', error: { type: 'authentication_error' } });
  });

  test('of lists of models is told by the same headers', async () => {
    for (const [query, headers] of [
      ['', { 'x-goog-api-key': KEY, 'x-goog-api-client': 'genai-js/1.0' }],
      [`?key=${KEY}`, { authorization: '' }],
    ] as const) {
      const answer = await send(`${stage.gateway.url}/v1/models${query}`, { headers });
      expect((await answer.json()).models).toBeArray();
    }
  });
});

describe('a base URL that holds too much', () => {
  test.each([
    ['/v1/v1/messages', '/v1', '/v1/messages'],
    ['/v1/v1/messages/count_tokens', '/v1', '/v1/messages/count_tokens'],
    ['/anthropic/v1/v1/messages', '/anthropic/v1', '/v1/messages'],
    ['/v1/v1/chat/completions', '/v1', '/v1/chat/completions'],
    ['/v1/v1/responses/', '/v1', '/v1/responses'],
    ['/v1/v1/models', '/v1', '/v1/models'],
    ['/v1/v1beta/models/to-gemini:generateContent', '/v1', '/v1beta/models/to-gemini:generateContent'],
    ['/v1beta/v1beta/models/to-gemini:generateContent', '/v1beta', '/v1beta/models/to-gemini:generateContent'],
    ['/openai/v1/openai/v1/chat/completions', '/openai/v1', '/openai/v1/chat/completions'],
    [
      '/openai/openai/deployments/to-openai/chat/completions',
      '/openai',
      '/openai/deployments/to-openai/chat/completions',
    ],
    ['/openai/v1/openai/deployments/x/embeddings', '/openai/v1', '/openai/deployments/x/embeddings'],
    ['/v1/chat/completions/chat/completions', '/v1/chat/completions', '/chat/completions'],
    ['/v1/messages/v1/messages', '/v1/messages', '/v1/messages'],
  ])('%s', async (path, prefix, endpoint) => {
    const told = await ask(path);
    expect(told.status).toBe(404);
    expect(told.message).toContain(`${endpoint} is here: the client's base URL must not end in ${prefix},`);
  });

  test.each(['/v1/threads/t/messages', '/v1/nothing', '/v1/v1/admin/reload', '/v1/metrics', '/v1/assistants/models'])(
    'is no part of %s',
    async (path) => {
      expect((await ask(path)).message).not.toContain('base URL');
    },
  );
});

test('a WebSocket is told that there is none, at every path that has one elsewhere', async () => {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'x',
  };
  for (const path of ['/v1/responses', '/responses', '/v1/realtime', '/openai/v1/realtime', '/v1/realtime?model=x'])
    expect((await ask(path, { method: 'GET', headers })).status).toBe(426);
});
