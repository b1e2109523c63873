import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import OpenAI from 'openai';
import type { Demo } from './demo.ts';
import { createDemo } from './demo.ts';

const demo = createDemo({ wordDelayMs: 0 });
let server: Bun.Server<undefined>;
let client: OpenAI;

beforeAll(() => {
  server = serve(demo);
  client = clientOf(server);
});

afterAll(() => server.stop(true));

const question = { role: 'user', content: 'Wie geht es dir? 你好 👋' } as const;
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        days: { type: 'integer', minimum: 3 },
        unit: { enum: ['c', 'f'] },
        note: { type: 'string' },
      },
      required: ['city', 'days', 'unit'],
    },
  },
} as const;

describe('chat completions through the openai SDK', () => {
  test('an answer quotes the question and counts words', async () => {
    const answer = await client.chat.completions.create({ model: 'demo', messages: [question] });
    expect(answer.choices[0]?.message.content).toContain(question.content);
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    expect(answer.usage?.prompt_tokens).toBe(6);
    expect(answer.usage?.total_tokens).toBe(6 + (answer.usage?.completion_tokens ?? 0));
  });

  test('a stream joins to the plain answer: role first, finish, usage last', async () => {
    const plain = await client.chat.completions.create({ model: 'demo', messages: [question] });
    const chunks = await collect(
      await client.chat.completions.create({
        model: 'demo',
        messages: [question],
        stream: true,
        stream_options: { include_usage: true },
      }),
    );
    expect(chunks[0]?.choices[0]?.delta).toMatchObject({ role: 'assistant', content: '' });
    expect(textOf(chunks)).toBe(plain.choices[0]?.message.content ?? '');
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: plain.usage });
  });

  test('without include_usage no chunk mentions usage', async () => {
    const chunks = await collect(
      await client.chat.completions.create({ model: 'demo', messages: [question], stream: true }),
    );
    expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  test('a demanded tool is called with its required arguments, streamed in fragments', async () => {
    for (const tool_choice of ['required', { type: 'function', function: { name: 'get_weather' } }] as const) {
      const asked = { model: 'demo', messages: [question], tools: [weather], tool_choice };
      const call = (await client.chat.completions.create(asked)).choices[0]?.message.tool_calls?.[0];
      expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } });
      const argumentsJson = call?.type === 'function' ? call.function.arguments : '';
      expect(JSON.parse(argumentsJson)).toEqual({ city: 'demo', days: 3, unit: 'c' });

      const chunks = await collect(await client.chat.completions.create({ ...asked, stream: true }));
      const deltas = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
      expect(deltas[0]).toMatchObject({ index: 0, type: 'function', function: { name: 'get_weather', arguments: '' } });
      expect(deltas[0]?.id).toStartWith('call_');
      expect(deltas.length).toBeGreaterThan(2);
      expect(deltas.map((delta) => delta.function?.arguments).join('')).toBe(argumentsJson);
      expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
    }
  });

  test('the result of a tool is quoted, even where a tool is required', async () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{}' } } as const;
    const answer = await client.chat.completions.create({
      model: 'demo',
      messages: [
        question,
        { role: 'assistant', tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'sunny, 21 °C' }] },
      ],
      tools: [weather],
      tool_choice: 'required',
    });
    expect(answer.choices[0]?.message.content).toContain('sunny, 21 °C');
    expect(answer.choices[0]?.finish_reason).toBe('stop');
  });

  test('n and max_tokens are honoured, interleaved in a stream', async () => {
    const asked = { model: 'demo', messages: [question], n: 2, max_completion_tokens: 3 };
    const plain = await client.chat.completions.create(asked);
    expect(plain.choices.map((choice) => choice.finish_reason)).toEqual(['length', 'length']);
    expect(plain.choices[1]?.message.content).toBe('This is the');
    expect(plain.usage?.completion_tokens).toBe(6);
    const chunks = await collect(await client.chat.completions.create({ ...asked, stream: true }));
    const indexes = chunks.map((chunk) => chunk.choices[0]?.index);
    expect(indexes).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  });

  test('JSON modes answer JSON, by the schema where there is one', async () => {
    const json = async (response_format: NonNullable<OpenAI.ChatCompletionCreateParams['response_format']>) => {
      const answer = await client.chat.completions.create({ model: 'demo', messages: [question], response_format });
      return JSON.parse(answer.choices[0]?.message.content ?? '');
    };
    expect(await json({ type: 'json_object' })).toHaveProperty('answer');
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };
    expect(await json({ type: 'json_schema', json_schema: { name: 'x', schema } })).toEqual({ ok: true });
  });

  test('the same request gets the same bytes', async () => {
    const still = createDemo({ wordDelayMs: 0, clock: { wallNow: () => 1_000, now: () => 0, after: () => () => {} } });
    const body = { model: 'demo', stream: true, messages: [question] };
    expect(await (await post(still, body)).text()).toBe(await (await post(still, body)).text());
  });
});

describe('other endpoints', () => {
  test('completions, plain and streamed', async () => {
    const asked = { model: 'demo', prompt: ['one', 'two'] };
    const plain = await client.completions.create(asked);
    expect(plain.choices.map((choice) => choice.text)).toEqual([
      expect.stringContaining('"one"'),
      expect.stringContaining('"two"'),
    ]);
    const chunks = await collect(await client.completions.create({ ...asked, stream: true }));
    const first = chunks.flatMap((chunk) => chunk.choices.filter((choice) => choice.index === 0));
    expect(first.map((choice) => choice.text).join('')).toBe(plain.choices[0]?.text ?? '');
    expect(first.at(-1)?.finish_reason).toBe('stop');
  });

  test('embeddings: base64 by default of the SDK and floats are the same unit vectors', async () => {
    const input = ['a', 'b'];
    const encoded = await client.embeddings.create({ model: 'demo', input });
    const plain = await client.embeddings.create({ model: 'demo', input, encoding_format: 'float' });
    expect(encoded.data).toEqual(plain.data);
    expect(plain.data[0]?.embedding).toHaveLength(8);
    expect(plain.data[0]?.embedding).not.toEqual(plain.data[1]?.embedding);
    const wide = await client.embeddings.create({ model: 'demo', input: 'a', dimensions: 256 });
    expect(Math.hypot(...(wide.data[0]?.embedding ?? []))).toBeCloseTo(1, 5);
    expect(wide.usage.prompt_tokens).toBe(1);
  });

  test('models', async () => {
    const ids = (await client.models.list()).data.map((model) => model.id);
    expect(ids).toContain('demo-cut');
    expect(await client.models.retrieve('demo-fail-418')).toMatchObject({ id: 'demo-fail-418', owned_by: 'llm-proxy' });
    expect(await errorOf(client.models.retrieve('gpt-4'))).toMatchObject({ status: 404, code: 'model_not_found' });
  });

  test('unknown paths and wrong methods are errors of OpenAI shape', async () => {
    const unknown = await demo({ method: 'POST', path: '/images/generations?x=1', body: '{}', signal: undefined });
    expect([unknown.status, await unknown.json()]).toMatchObject([
      404,
      { error: { code: 'unknown_url', param: null } },
    ]);
    const wrong = await demo({ method: 'GET', path: '/chat/completions', body: undefined, signal: undefined });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('bad requests', () => {
  const cases: [body: unknown, param: string | null, code: string | null][] = [
    ['{', null, null],
    [[], null, null],
    [{ messages: [] }, null, null],
    [{ model: 4 }, 'model', 'invalid_type'],
    [{ model: 'demo' }, 'messages', 'missing_required_parameter'],
    [{ model: 'demo', messages: 'hi' }, 'messages', 'invalid_type'],
    [{ model: 'demo', messages: [] }, 'messages', 'empty_array'],
    [{ model: 'demo', messages: [{ role: 'bot', content: '' }] }, 'messages[0].role', 'invalid_value'],
    [{ model: 'demo', messages: [{ role: 'user', content: 1 }] }, 'messages[0].content', 'invalid_type'],
    [{ model: 'demo', messages: [question], temperature: 3 }, 'temperature', 'integer_above_max_value'],
    [{ model: 'demo', messages: [question], max_tokens: 0 }, 'max_tokens', 'integer_below_min_value'],
    [{ model: 'demo', messages: [question], stream_options: {} }, 'stream_options', null],
    [{ model: 'demo', messages: [question], tool_choice: 'required' }, 'tool_choice', null],
  ];
  test.each(cases)('%j', async (body, param, code) => {
    const response = await post(demo, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param, code } });
  });
});

describe('models that misbehave', () => {
  test('demo-fail-<status> gives any error status, in OpenAI shape', async () => {
    for (const status of [400, 401, 404, 418, 429, 503, 599]) {
      const response = await post(demo, { model: `demo-fail-${status}`, messages: [question] });
      expect(response.status).toBe(status);
      expect(response.headers.get('retry-after')).toBe(status === 429 ? '1' : null);
      expect(await response.json()).toMatchObject({ error: { message: expect.any(String), type: expect.any(String) } });
    }
  });

  test('an unknown model, a status out of range included, is not found', async () => {
    for (const model of ['gpt-4', 'demo-fail-200', 'demo-fail-600', 'demo-fail-5034']) {
      const response = await post(demo, { model, messages: [question] });
      expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 'model_not_found' } }]);
    }
  });

  test('demo-flaky fails first and then every other time, each demo on its own count', async () => {
    for (const flaky of [createDemo(), createDemo()]) {
      const statuses: number[] = [];
      for (let n = 0; n < 4; n++)
        statuses.push((await post(flaky, { model: 'demo-flaky', messages: [question] })).status);
      expect(statuses).toEqual([503, 200, 503, 200]);
    }
  });

  test('demo-slow waits three seconds before the first byte', async () => {
    const waits: number[] = [];
    const clock = {
      wallNow: () => 0,
      now: () => 0,
      after: (delayMs: number, task: () => void) => {
        waits.push(delayMs);
        queueMicrotask(task);
        return () => {};
      },
    };
    const response = await post(createDemo({ clock }), { model: 'demo-slow', messages: [question] });
    expect([response.status, waits]).toEqual([200, [3_000]]);
  });

  test('demo-stall sends a few words and then nothing until it is aborted', async () => {
    const leaving = new AbortController();
    const response = await post(demo, { model: 'demo-stall', messages: [question], stream: true }, leaving.signal);
    const reader = response.body!.getReader();
    let text = '';
    for (let n = 0; n < 5; n++) text += new TextDecoder().decode((await reader.read()).value);
    expect(text).toContain('" demo"');
    const silent = reader.read();
    leaving.abort(new Error('left'));
    await expect(silent).rejects.toThrow('left');
    const plain = post(demo, { model: 'demo-stall', messages: [question] }, AbortSignal.timeout(20));
    await expect(plain).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('demo-cut breaks the connection, after a few words of a stream', async () => {
    const response = await post(demo, { model: 'demo-cut', messages: [question], stream: true });
    const reader = response.body!.getReader();
    for (let n = 0; n < 5; n++) expect((await reader.read()).done).toBe(false);
    await expect(reader.read()).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(post(demo, { model: 'demo-cut', messages: [question] })).rejects.toMatchObject({ code: 'ECONNRESET' });
    const served = client.chat.completions.create({ model: 'demo-cut', messages: [question], stream: true });
    await expect(served.then(collect)).rejects.toThrow();
  });
});

describe('lifetimes', () => {
  test('nothing is made before it is read, and no timer survives a cancel or an abort', async () => {
    const timers = new Set<object>();
    let started = 0;
    const clock = {
      wallNow: () => 0,
      now: () => 0,
      after: () => {
        const timer = {};
        timers.add(timer);
        started++;
        return () => void timers.delete(timer);
      },
    };
    const ticking = createDemo({ clock });
    const body = { model: 'demo', messages: [question], stream: true };

    const cancelled = (await post(ticking, body)).body!.getReader();
    await Bun.sleep(1);
    expect(started).toBe(0);
    await cancelled.read();
    const pending = cancelled.read();
    await Bun.sleep(1);
    expect(timers.size).toBe(1);
    await cancelled.cancel();
    expect((await pending).done).toBe(true);
    expect(timers.size).toBe(0);

    const leaving = new AbortController();
    const aborted = (await post(ticking, body, leaving.signal)).body!.getReader();
    await aborted.read();
    const cut = aborted.read();
    await Bun.sleep(1);
    leaving.abort();
    await expect(cut).rejects.toMatchObject({ name: 'AbortError' });
    expect(timers.size).toBe(0);
  });

  test('a signal that has fired already stops everything', async () => {
    await expect(post(demo, { model: 'demo', messages: [question] }, AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

function serve(answer: Demo): Bun.Server<undefined> {
  return Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 0,
    development: false,
    error: () => new Response(null, { status: 599 }),
    fetch: async (request) => {
      const path = new URL(request.url).pathname.slice('/v1'.length);
      return answer({ method: request.method, path, body: await request.bytes(), signal: request.signal });
    },
  });
}

function clientOf({ port }: Bun.Server<undefined>): OpenAI {
  return new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
}

function post(to: Demo, body: unknown, signal?: AbortSignal): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return to({ method: 'POST', path: '/chat/completions', body: text, signal });
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  return Array.fromAsync(stream);
}

function textOf(chunks: OpenAI.ChatCompletionChunk[]): string {
  return chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
}

function errorOf(answer: Promise<unknown>): Promise<unknown> {
  return answer.then(
    () => undefined,
    (error: unknown) => error,
  );
}
