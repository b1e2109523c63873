// The official clients for Azure and Vertex AI, pointed at the gateway.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { GoogleGenAI } from '@google/genai';
import { AzureOpenAI } from 'openai';
import { chatAnswer } from '../kit/replies.ts';
import { DIALECTS, KEY, MODELS, startStage } from './stage.ts';
import type { Stage } from './stage.ts';
import type { Answer, Dialect } from './spoken.ts';

const SAYS: Answer = { items: [{ text: 'Hello.' }], finish: 'stop', usage: { input: 20, output: 9 } };
const BACKS = DIALECTS.map((back) => [back.title, back] as const);
const messages = [{ role: 'user' as const, content: 'Hello' }];

let stage: Stage;

beforeAll(async () => {
  const aliases = DIALECTS.flatMap((dialect) => {
    const alias = { routes: [{ backend: dialect.protocol, model: MODELS.get(dialect) }] };
    return ['to-', 'team/'].map((prefix) => [prefix + dialect.protocol, alias] as const);
  });
  stage = await startStage({ models: Object.fromEntries(aliases) });
});

afterAll(async () => {
  await stage.stop();
});

describe.each(BACKS)('before %s', (_, back: Dialect) => {
  const names = () => [stage.aliasOf(back), stage.aliasOf(back).replace('to-', 'team/')];

  test('AzureOpenAI, by deployments', async () => {
    stage.plays(back, SAYS);
    for (const model of names()) {
      const client = new AzureOpenAI({
        endpoint: stage.gateway.url,
        apiKey: KEY,
        apiVersion: '2024-10-21',
        maxRetries: 0,
      });
      const plain = await client.chat.completions.create({ model, messages });
      expect(plain.choices[0]?.message.content).toBe('Hello.');
      const stream = await client.chat.completions.create({ model, messages, stream: true });
      let text = '';
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      expect(text).toBe('Hello.');
      const response = await client.responses.create({ model, input: 'Hello' });
      expect(response.output_text).toBe('Hello.');
      expect(stage.upstream.requests.at(-1)?.path).not.toContain('2024-10-21');
    }
  });

  test('GoogleGenAI for Vertex AI, with a project and in express mode', async () => {
    stage.plays(back, SAYS);
    // All that the SDK asks of a login.
    const authClient = { getRequestHeaders: async () => new Headers({ authorization: `Bearer ${KEY}` }) } as never;
    const httpOptions = { baseUrl: stage.gateway.url };
    const clients = [
      new GoogleGenAI({
        vertexai: true,
        project: 'p-1',
        location: 'us-east5',
        googleAuthOptions: { authClient },
        httpOptions,
      }),
      new GoogleGenAI({ vertexai: true, apiKey: KEY, httpOptions }),
    ];
    for (const client of clients)
      for (const model of names()) {
        const plain = await client.models.generateContent({ model, contents: 'Hello' });
        expect(plain.text).toBe('Hello.');
        let text = '';
        for await (const chunk of await client.models.generateContentStream({ model, contents: 'Hello' }))
          text += chunk.text ?? '';
        expect(text).toBe('Hello.');
      }
  });
});

test("AzureOpenAI's other endpoints, and its errors", async () => {
  stage.upstream.script(chatAnswer('x', { data: [{ index: 0, object: 'embedding', embedding: [0.5] }] }));
  const client = new AzureOpenAI({ endpoint: stage.gateway.url, apiKey: KEY, apiVersion: '2024-10-21', maxRetries: 0 });
  const model = 'to-openai';
  await client.embeddings.create({ model, input: 'Hello', encoding_format: 'float' });
  await client.images.generate({ model, prompt: 'Hello' });
  const file = new File(['RIFF'], 'a.wav');
  await client.audio.transcriptions.create({ model, file });
  expect(stage.upstream.requests.slice(-3).map(({ path }) => path)).toEqual([
    '/v1/embeddings',
    '/v1/images/generations',
    '/v1/audio/transcriptions',
  ]);
  expect((await client.models.list()).data.map(({ id }) => id)).toContain(model);
  const stranger = new AzureOpenAI({
    endpoint: stage.gateway.url,
    apiKey: 'wrong-key-of-someone',
    apiVersion: '1',
    maxRetries: 0,
  });
  const failing = async (asked: PromiseLike<unknown>) =>
    asked.then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(await failing(client.chat.completions.create({ model: 'none', messages }))).toMatchObject({
    status: 404,
    code: 'model_not_found',
  });
  expect(await failing(stranger.chat.completions.create({ model, messages }))).toMatchObject({ status: 401 });
});
