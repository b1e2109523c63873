// What the gateway writes, read by Google's own client over a real socket.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { ApiError, FunctionCallingConfigMode, GoogleGenAI } from '@google/genai';
import type { GenerateContentConfig, GenerateContentResponse } from '@google/genai';
import { unfold, type Completion } from '../../core/completion.ts';
import type { Conversation } from '../../core/conversation.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Reply } from '../codec.ts';
import { codec } from './codec.ts';
import { gemini } from './protocol.ts';
import { field, leftOut } from '../../core/unsupported-feature.ts';

const EMPTY: Conversation = {
  system: [],
  turns: [],
  tools: [],
  settings: {},
  stream: false,
  wantsUsage: true,
  unsupported: [],
};
const reply: Reply = { conversation: EMPTY, model: 'alias', id: 'made-up', now: 0 };
const answer: Completion = {
  id: 'up-1',
  model: 'gpt-x',
  createdAt: 1,
  parts: [
    { type: 'reasoning', text: 'Hm.', signature: { protocol: 'anthropic-messages', model: 'c', value: 'c2ln' } },
    {
      type: 'text',
      text: 'Grüße: see it.',
      citations: [{ kind: 'url', url: 'https://a.b', title: 'A', start: 7, end: 14 }],
    },
    { type: 'tool_call', id: 'call_1', name: 'add', arguments: '{"a":12345678901234567890,"b":[1]}' },
    { type: 'tool_call', id: 'call_2', name: 'add', arguments: '{}' },
  ],
  finish: { reason: 'tool_calls', raw: 'tool_calls' },
  usage: { promptTokens: 9, completionTokens: 7, cachedTokens: 3, reasoningTokens: 2 },
  logprobs: [{ token: 'G', logprob: -0.5, top: [{ token: 'G', logprob: -0.5 }] }],
};

/** What the server answers next, and the last request that it saw. */
let next: () => Response = () => new Response('');
let seen: { path: string; headers: Headers; body: JsonObject } | undefined;
let server: ReturnType<typeof Bun.serve>;
let client: GoogleGenAI;

beforeAll(() => {
  server = Bun.serve({
    port: 0,
    fetch: async (request) => {
      const url = new URL(request.url);
      const text = await request.text();
      seen = { path: url.pathname + url.search, headers: request.headers, body: text === '' ? {} : JSON.parse(text) };
      return next();
    },
  });
  client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: server.url.href } });
});
afterAll(() => server.stop(true));

function json(value: unknown, status = 200): Response {
  return new Response(typeof value === 'string' ? value : JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json' },
  });
}

/** A stream whose events come one by one. */
function sse(...events: readonly string[]): Response {
  const body = new ReadableStream({
    async start(controller) {
      for (const event of events) {
        controller.enqueue(new TextEncoder().encode(event));
        await Bun.sleep(1);
      }
      controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

function encoded(completion: Completion): string[] {
  const encoder = codec.encodeStream(reply);
  return [...[...unfold(completion)].map((event) => encoder.push(event)), encoder.end()].filter((text) => text !== '');
}

async function streamed(): Promise<GenerateContentResponse[]> {
  const chunks: GenerateContentResponse[] = [];
  for await (const chunk of await client.models.generateContentStream({ model: 'alias', contents: 'hi' }))
    chunks.push(chunk);
  return chunks;
}

describe('a plain answer', () => {
  test('is read whole', async () => {
    next = () => json(codec.encodeAnswer(answer, reply));
    const response = await client.models.generateContent({ model: 'alias', contents: 'hi' });
    const [candidate] = response.candidates ?? [];
    expect(response.functionCalls?.map(({ id, name }) => [id, name])).toEqual([
      ['call_1', 'add'],
      ['call_2', 'add'],
    ]);
    expect(candidate?.content?.parts?.[0]).toMatchObject({ text: 'Hm.', thought: true });
    expect(candidate?.content?.parts?.[1]?.text).toBe('Grüße: see it.');
    expect(candidate?.finishReason as string).toBe('STOP');
    expect(candidate?.groundingMetadata).toEqual({
      groundingChunks: [{ web: { uri: 'https://a.b', title: 'A' } }],
      groundingSupports: [
        { segment: { startIndex: 9, endIndex: 16, partIndex: 1, text: 'see it.' }, groundingChunkIndices: [0] },
      ],
    });
    expect(candidate?.logprobsResult?.chosenCandidates).toEqual([{ token: 'G', logProbability: -0.5 }]);
    expect(response.usageMetadata).toEqual({
      promptTokenCount: 9,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 2,
      cachedContentTokenCount: 3,
      totalTokenCount: 16,
    });
    expect([response.responseId, response.modelVersion]).toEqual(['up-1', 'gpt-x']);
  });

  test('keeps numbers that no double holds', () => {
    expect(JSON.stringify(codec.encodeAnswer(answer, reply))).toContain('"args":{"a":12345678901234567890,"b":[1]}');
    expect(encoded(answer).join('')).toContain('"args":{"a":12345678901234567890,"b":[1]}');
  });
});

describe('a streamed answer', () => {
  test('is read chunk by chunk', async () => {
    next = () => sse(...encoded(answer));
    const chunks = await streamed();
    const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
    expect(parts.flatMap(({ text, thought }) => (thought === true ? [] : (text ?? []))).join('')).toBe(
      'Grüße: see it.',
    );
    expect(parts.flatMap(({ text, thought }) => (thought === true ? (text ?? []) : [])).join('')).toBe('Hm.');
    expect(chunks.flatMap(({ functionCalls }) => functionCalls ?? []).map(({ id }) => id)).toEqual([
      'call_1',
      'call_2',
    ]);
    const last = chunks.at(-1);
    expect(last?.candidates?.[0]?.finishReason as string).toBe('STOP');
    expect(last?.candidates?.[0]?.groundingMetadata?.groundingChunks).toHaveLength(1);
    expect(last?.usageMetadata?.totalTokenCount).toBe(16);
    expect(chunks.filter(({ candidates }) => candidates?.[0]?.finishReason !== undefined)).toHaveLength(1);
  });

  test('does not mind what keeps the connection open', async () => {
    const { keepAlive } = gemini.stream;
    next = () => sse(keepAlive, ...encoded(answer).flatMap((event) => [event, keepAlive, keepAlive]));
    expect((await streamed()).at(-1)?.usageMetadata?.totalTokenCount).toBe(16);
  });

  test('that breaks off throws what the gateway says', async () => {
    const error = { status: 502, message: 'Broken.', type: 'server_error', code: 'stream_interrupted', param: null };
    next = () => sse(...encoded(answer).slice(0, 2), gemini.errors.event(error));
    const failure = await streamed().catch((reason: unknown) => reason);
    expect(failure).toBeInstanceOf(ApiError);
    expect((failure as ApiError).status).toBe(502);
    expect((failure as ApiError).message).toContain('stream_interrupted');
  });

  test('of a plain one is that one', async () => {
    next = () => sse(gemini.stream.fromPlain(codec.encodeAnswer(answer, reply)) ?? '');
    expect((await streamed())[0]?.functionCalls).toHaveLength(2);
  });
});

test('an error throws with its status', async () => {
  const error = {
    status: 429,
    message: 'Slow down.',
    type: 'rate_limit_error',
    code: 'rate_limit_exceeded',
    param: null,
  };
  next = () => json(gemini.errors.body({ ...error, retryAfterMs: 17_000 }), 429);
  const failure = await client.models
    .generateContent({ model: 'alias', contents: 'hi' })
    .catch((reason: unknown) => reason);
  expect((failure as ApiError).status).toBe(429);
  expect((failure as ApiError).message).toContain('"retryDelay":"17s"');
});

describe('what the client sends', () => {
  const config: GenerateContentConfig = {
    systemInstruction: 'Be brief.',
    temperature: 0.5,
    topK: 7,
    stopSequences: ['x'],
    thinkingConfig: { thinkingBudget: 1024, includeThoughts: true },
    responseMimeType: 'application/json',
    responseSchema: { type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } } },
    tools: [
      { functionDeclarations: [{ name: 'add', parametersJsonSchema: { type: 'object' } }] },
      { googleSearch: {} },
    ],
    toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ['add'] } },
  };

  test('is decoded', async () => {
    next = () => json(codec.encodeAnswer(answer, reply));
    await client.models.generateContent({
      model: 'alias',
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      config,
    });
    const conversation = codec.decodeRequest(seen?.body ?? {}, { stream: false });
    expect(conversation).toMatchObject({
      system: [{ type: 'text', text: 'Be brief.' }],
      turns: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
      tools: [
        { type: 'function', name: 'add', parameters: { type: 'object' } },
        { type: 'native', name: 'googleSearch' },
      ],
      toolChoice: { mode: 'tool', name: 'add' },
      output: { type: 'schema', schema: { type: 'object', properties: { a: { type: ['string', 'null'] } } } },
      reasoning: { budgetTokens: 1024, visible: true },
      settings: { temperature: 0.5, topK: 7, stop: ['x'] },
      unsupported: [],
    });
  });

  test('comes back with what the answer carried', async () => {
    next = () => json(codec.encodeAnswer(answer, reply));
    const { candidates } = await client.models.generateContent({ model: 'alias', contents: 'hi' });
    const said = candidates?.[0]?.content;
    const results = ['call_1', 'call_2'].map((id) => ({
      functionResponse: { id, name: 'add', response: { output: id } },
    }));
    const contents = [{ role: 'user', parts: [{ text: 'hi' }] }, said ?? {}, { role: 'user', parts: results }];
    await client.models.generateContent({ model: 'alias', contents });
    const [, model, user] = codec.decodeRequest(seen?.body ?? {}, { stream: false }).turns;
    expect(model?.parts).toMatchObject([
      { type: 'reasoning', text: 'Hm.', signature: { protocol: 'anthropic-messages', model: 'c', value: 'c2ln' } },
      { type: 'text', text: 'Grüße: see it.' },
      { type: 'tool_call', id: 'call_1', name: 'add', signature: undefined },
      { type: 'tool_call', id: 'call_2', name: 'add', signature: undefined },
    ]);
    expect(user?.parts).toMatchObject([
      { type: 'tool_result', callId: 'call_1', name: 'add', content: [{ text: 'call_1' }] },
      { type: 'tool_result', callId: 'call_2', name: 'add', content: [{ text: 'call_2' }] },
    ]);
  });
});

test('tokens are counted', async () => {
  next = () => json(codec.counting?.encodeCountAnswer(42));
  expect((await client.models.countTokens({ model: 'alias', contents: 'hi' })).totalTokens).toBe(42);
  expect(codec.decodeRequest(seen?.body ?? {}, { stream: false }).turns).toMatchObject([{ parts: [{ text: 'hi' }] }]);
});

test('texts are embedded', async () => {
  const embeddings = {
    vectors: [
      [1, 2],
      [3, 4],
    ],
    model: 'm',
    promptTokens: 5,
  };
  next = () =>
    json(
      codec.embedding?.encodeAnswer(embeddings, { inputs: [], single: false, format: 'float', unsupported: [] }, 'm'),
    );
  const config = { outputDimensionality: 2, taskType: 'RETRIEVAL_QUERY' };
  const response = await client.models.embedContent({ model: 'alias', contents: ['a', 'b'], config });
  expect(response.embeddings?.map(({ values }) => values)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(codec.embedding?.decodeRequest(seen?.body ?? {})).toEqual({
    inputs: ['a', 'b'],
    dimensions: 2,
    format: 'float',
    single: false,
    unsupported: [leftOut(field('taskType'))],
  });
});

test('models are listed', async () => {
  next = () => json(gemini.models.list(['a', 'b/c'], 0));
  const names: (string | undefined)[] = [];
  for await (const model of await client.models.list()) names.push(model.name);
  expect(names).toEqual(['models/a', 'models/b/c']);
});
