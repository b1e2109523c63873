import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, jsonSchema, streamText, tool } from 'ai';
import OpenAI, { APIError, AuthenticationError, NotFoundError, RateLimitError, toFile } from 'openai';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, chatEvents, json, manual, sse, status, streamOf } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'the-key-of-the-gateway';
const HELLO = [{ role: 'user' as const, content: 'Hello there' }];
const WEATHER = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

let upstream: Upstream;
let second: Upstream;
let gateway: Gateway;
let openai: OpenAI;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  second = await startUpstream(chatAnswer('rescued'));
  const routes = (...pairs: [backend: string, model: string][]) => ({
    routes: pairs.map(([backend, model], index) => ({ backend, model, priority: index + 1 })),
  });
  gateway = await startGateway({
    config: {
      proxy_api_key: KEY,
      backends: [
        { name: 'demo', url: 'demo:' },
        { name: 'up', url: upstream.url, api_key: 'key-of-the-upstream' },
        { name: 'second', url: second.url },
      ],
      models: {
        demo: routes(['demo', 'demo']),
        m: routes(['up', 'upstream-model']),
        pair: routes(['up', 'upstream-model'], ['second', 'second-model']),
      },
      fallback: { cooldown_seconds: 0, backoff_initial: '1ms', backoff_max: '2ms', max_retries: 1 },
    },
  });
  openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: KEY });
});

beforeEach(() => {
  upstream.script(chatAnswer('ok'));
  second.script(chatAnswer('rescued'));
});

afterAll(async () => {
  await settled(upstream, second);
  await gateway.stop();
  await Promise.all([upstream.stop(), second.stop()]);
});

/** How many requests the upstreams get during this. */
async function counted(work: () => Promise<unknown>): Promise<number> {
  const before = upstream.requests.length + second.requests.length;
  await work();
  return upstream.requests.length + second.requests.length - before;
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

describe('openai', () => {
  test('chat with the demo', async () => {
    const { data, response } = await openai.chat.completions.create({ model: 'demo', messages: HELLO }).withResponse();
    expect(data.choices[0]?.message.content).toBeString();
    expect(data.choices[0]?.finish_reason).toBe('stop');
    expect(data.usage?.total_tokens).toBeGreaterThan(0);
    expect(response.headers.get('x-llm-proxy-backend')).toBe('demo');
  });

  test('chat with an upstream: its model, its key, not the client’s', async () => {
    const answer = await openai.chat.completions.create({ model: 'm', messages: HELLO, temperature: 0.5 });
    expect(answer.choices[0]?.message.content).toBe('ok');
    const seen = upstream.requests.at(-1);
    expect(seen?.path).toBe('/v1/chat/completions');
    expect(seen?.headers.authorization).toBe('Bearer key-of-the-upstream');
    expect(JSON.stringify(seen?.rawHeaders)).not.toContain(KEY);
    expect(seen?.json).toEqual({ model: 'upstream-model', messages: HELLO, temperature: 0.5 });
  });

  test('a stream, event by event, with usage', async () => {
    upstream.script(streamOf('one two three'));
    for (const model of ['demo', 'm']) {
      const stream = await openai.chat.completions.create({
        model,
        messages: HELLO,
        stream: true,
        stream_options: { include_usage: true },
      });
      let text = '';
      let finish: string | null | undefined;
      let total: number | undefined;
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? '';
        finish = chunk.choices[0]?.finish_reason ?? finish;
        total = chunk.usage?.total_tokens ?? total;
      }
      expect(text).not.toBe('');
      if (model === 'm') expect(text).toBe('one two three');
      expect(finish).toBe('stop');
      expect(total).toBeGreaterThan(0);
    }
  });

  test('the stream helper', async () => {
    upstream.script(streamOf('one two three'));
    const stream = openai.chat.completions.stream({ model: 'm', messages: HELLO });
    const deltas: string[] = [];
    stream.on('content', (delta) => void deltas.push(delta));
    expect(await stream.finalContent()).toBe('one two three');
    expect(deltas.join('')).toBe('one two three');
    const completion = await openai.chat.completions.stream({ model: 'demo', messages: HELLO }).finalChatCompletion();
    expect(completion.choices[0]?.finish_reason).toBe('stop');
  });

  test('leaving a stream early leaves the upstream too', async () => {
    upstream.script({
      send: (wire) => sse([...chatEvents('one', { finish: null }), ...manyMore()], { gapMs: 5 }).send(wire),
    });
    const stream = await openai.chat.completions.create({ model: 'm', messages: HELLO, stream: true });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content === 'more') break;
    }
    await settled(upstream);
    expect(upstream.requests.at(-1)?.outcome).toBe('aborted');
  });

  test('a stream that breaks off throws, and what came before was delivered', async () => {
    const reply = manual();
    upstream.script(reply);
    let text = '';
    const read = async (): Promise<void> => {
      const asked = openai.chat.completions.create({ model: 'm', messages: HELLO, stream: true });
      await reply.head();
      for (const event of chatEvents('one two', { finish: null })) await reply.event(event);
      for await (const chunk of await asked) {
        text += chunk.choices[0]?.delta.content ?? '';
        if (text === 'one two') await reply.destroy();
      }
    };
    expect(await failureOf(read())).toBeInstanceOf(APIError);
    expect(text).toBe('one two');
  });

  test('tools, plain and streamed', async () => {
    const request = { model: 'demo', messages: HELLO, tools: [WEATHER], tool_choice: 'required' as const };
    const plain = await openai.chat.completions.create(request);
    const [call] = plain.choices[0]?.message.tool_calls ?? [];
    expect(plain.choices[0]?.finish_reason).toBe('tool_calls');
    if (call?.type !== 'function') throw new Error('no call of a function');
    expect(call.function.name).toBe('get_weather');
    expect(JSON.parse(call.function.arguments)).toHaveProperty('city');

    const streamed = await openai.chat.completions.stream(request).finalChatCompletion();
    const [again] = streamed.choices[0]?.message.tool_calls ?? [];
    if (again?.type !== 'function') throw new Error('no call of a function');
    expect(again.function.name).toBe('get_weather');
    expect(JSON.parse(again.function.arguments)).toHaveProperty('city');
  });

  test('the helper that runs tools goes on until the answer', async () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Bonn"}' } };
    const calling = { role: 'assistant', content: null, tool_calls: [call] };
    const choices = [{ index: 0, message: calling, finish_reason: 'tool_calls' }];
    upstream.script([chatAnswer('', { choices }), chatAnswer('Sunny.')]);
    const cities: string[] = [];
    const runner = openai.chat.completions.runTools({
      model: 'm',
      messages: HELLO,
      tools: [
        {
          type: 'function',
          function: {
            ...WEATHER.function,
            parse: JSON.parse,
            function: ({ city }: { city: string }) => `sun in ${cities[cities.push(city) - 1]}`,
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe('Sunny.');
    expect(cities).toEqual(['Bonn']);
    const { messages } = upstream.requests.at(-1)?.json ?? {};
    expect(messages.slice(1)).toEqual([
      expect.objectContaining({ role: 'assistant', tool_calls: [call] }),
      { role: 'tool', tool_call_id: 'call_1', content: 'sun in Bonn' },
    ]);
  });

  test('a wrong key: AuthenticationError', async () => {
    const wrong = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'wrong' });
    const error = await failureOf(wrong.chat.completions.create({ model: 'm', messages: HELLO }));
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key' });
  });

  test('an unknown model: NotFoundError, with the near name', async () => {
    const error = await failureOf(openai.chat.completions.create({ model: 'dem', messages: HELLO }));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', message: expect.stringContaining('demo') });
  });

  test('429 from every route: RateLimitError with the upstream’s body, and the SDK does not try again', async () => {
    upstream.script(status(429, { message: 'slow down', code: 'rate_limit_exceeded', retryAfter: 30 }));
    const requests = await counted(async () => {
      const error = await failureOf(openai.chat.completions.create({ model: 'm', messages: HELLO }));
      expect(error).toBeInstanceOf(RateLimitError);
      expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
      expect((error as RateLimitError).headers.get('x-should-retry')).toBe('false');
    });
    expect(requests).toBe(1);
  });

  test('5xx from every route: the gateway’s tries only', async () => {
    upstream.script(status(500));
    second.script(status(502));
    for (const stream of [false, true]) {
      const requests = await counted(async () => {
        const error = await failureOf(openai.chat.completions.create({ model: 'pair', messages: HELLO, stream }));
        expect(error).toMatchObject({ status: 502 });
      });
      expect(requests).toBe(2);
    }
  });

  test('a failover is not seen', async () => {
    upstream.script(status(503));
    const answer = await openai.chat.completions.create({ model: 'pair', messages: HELLO });
    expect(answer.choices[0]?.message.content).toBe('rescued');
    second.script(streamOf('rescued too'));
    const streamed = openai.chat.completions.stream({ model: 'pair', messages: HELLO });
    expect(await streamed.finalContent()).toBe('rescued too');
  });

  test('models.list and models.retrieve', async () => {
    const ids: string[] = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    expect(ids.sort()).toEqual(['demo', 'm', 'pair']);
    expect(await openai.models.retrieve('m')).toMatchObject({ id: 'm', object: 'model', owned_by: 'llm-proxy' });
    expect(await failureOf(openai.models.retrieve('none'))).toBeInstanceOf(NotFoundError);
  });

  test('embeddings, of the demo and of an upstream, in the encoding that the SDK asks for', async () => {
    const demo = await openai.embeddings.create({ model: 'demo', input: ['one', 'two'] });
    expect(demo.data).toHaveLength(2);
    expect(demo.data[0]?.embedding.every((value) => Number.isFinite(value))).toBe(true);
    const floats = Buffer.from(new Float32Array([0.5, -0.25]).buffer).toString('base64');
    const data = [{ object: 'embedding', index: 0, embedding: floats }];
    upstream.script(json(200, { object: 'list', data, model: 'x', usage: { prompt_tokens: 1, total_tokens: 1 } }));
    const answer = await openai.embeddings.create({ model: 'm', input: 'one' });
    expect(answer.data[0]?.embedding).toEqual([0.5, -0.25]);
    expect(upstream.requests.at(-1)).toMatchObject({ path: '/v1/embeddings', json: { model: 'upstream-model' } });
  });

  test('a transcription: the file arrives whole under the model’s name', async () => {
    upstream.script(json(200, { text: 'what was said' }));
    const sound = new Uint8Array(100_000).map((_, index) => (index * 7919) % 256);
    const file = await toFile(sound, 'sound.wav', { type: 'audio/wav' });
    const answer = await openai.audio.transcriptions.create({ model: 'm', file, language: 'en' });
    expect(answer.text).toBe('what was said');
    const seen = upstream.requests.at(-1);
    if (seen === undefined) throw new Error('the upstream was not asked');
    expect(seen.path).toBe('/v1/audio/transcriptions');
    const form = await new Response(Buffer.from(seen.body), {
      headers: { 'content-type': seen.headers['content-type'] ?? '' },
      // eslint-disable-next-line typescript/no-deprecated -- the form comes from the official client, in a test
    }).formData();
    expect(form.get('model')).toBe('upstream-model');
    expect(form.get('language')).toBe('en');
    const arrived = form.get('file');
    if (!(arrived instanceof Blob)) throw new Error('no file');
    expect(Buffer.from(await arrived.arrayBuffer()).equals(Buffer.from(sound))).toBe(true);
  });

  test('speech: a binary answer, byte for byte', async () => {
    const sound = new Uint8Array(50_000).map((_, index) => (index * 31) % 256);
    upstream.script(json(200, sound, { 'content-type': 'audio/mpeg' }));
    const response = await openai.audio.speech.create({ model: 'm', voice: 'alloy', input: 'Hello' });
    expect(response.headers.get('content-type')).toBe('audio/mpeg');
    expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(sound))).toBe(true);
  });
});

describe('ai', () => {
  const provider = (apiKey = KEY) =>
    createOpenAICompatible({ name: 'gateway', baseURL: `${gateway.url}/v1`, apiKey, includeUsage: true });

  test('generateText', async () => {
    const demo = await generateText({ model: provider()('demo'), prompt: 'Hello there' });
    expect(demo.text).not.toBe('');
    expect(demo.finishReason).toBe('stop');
    const scripted = await generateText({ model: provider()('m'), prompt: 'Hello there' });
    expect(scripted.text).toBe('ok');
    expect(scripted.usage.inputTokens).toBe(10);
  });

  test('streamText', async () => {
    upstream.script(streamOf('one two three'));
    for (const model of ['demo', 'm']) {
      const result = streamText({ model: provider()(model), prompt: 'Hello there' });
      let text = '';
      for await (const delta of result.textStream) text += delta;
      expect(text).not.toBe('');
      if (model === 'm') expect(text).toBe('one two three');
      expect(await result.finishReason).toBe('stop');
      expect((await result.usage).outputTokens).toBeGreaterThan(0);
    }
  });

  test('a tool is called', async () => {
    const schema = jsonSchema<{ city: string }>({
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    });
    const result = await generateText({
      model: provider()('demo'),
      prompt: 'The weather?',
      tools: { get_weather: tool({ description: 'The weather', inputSchema: schema }) },
      toolChoice: 'required',
    });
    expect(result.toolCalls).toMatchObject([{ toolName: 'get_weather', input: { city: expect.any(String) } }]);
  });

  test('a failover is not seen, a refusal is', async () => {
    upstream.script(status(503));
    second.script(streamOf('rescued'));
    expect(await streamText({ model: provider()('pair'), prompt: 'Hello' }).text).toBe('rescued');
    const error = await failureOf(generateText({ model: provider('wrong')('m'), prompt: 'Hello' }));
    expect(error).toMatchObject({ statusCode: 401, isRetryable: false });
  });
});

/** More events than a test waits for. */
function manyMore(): object[] {
  const [chunk] = chatEvents('more', { finish: null }).slice(-1);
  return Array.from({ length: 2000 }, () => chunk as object);
}
