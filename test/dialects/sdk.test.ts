// The official clients of each dialect before backends of every dialect.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic, { AuthenticationError } from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { GoogleGenAI } from '@google/genai';
import { generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';
import OpenAI, { RateLimitError } from 'openai';
import { json } from '../kit/replies.ts';
import type { Answer, Dialect } from './spoken.ts';
import { BACKEND_KEY, DIALECTS, KEY, startStage } from './stage.ts';
import type { Stage } from './stage.ts';

const BACKS = DIALECTS.map((back) => [back.title, back] as const);
const USAGE = { input: 20, output: 9 };
const SAYS: Answer = { items: [{ text: 'Hello, “world” 🙂' }], finish: 'stop', usage: USAGE };
const THINKS: Answer = {
  items: [{ thought: 'I greet.', signature: 'c2lnbmF0dXJl' }, { text: 'Hello.' }],
  finish: 'stop',
  usage: { ...USAGE, reasoning: 4 },
};
const CALLS: Answer = {
  items: [
    { call: { id: 'call_1', name: 'get_weather', args: { city: 'Rome' } } },
    { call: { id: 'call_2', name: 'get_weather', args: { city: 'Oslo' } } },
  ],
  finish: 'tool_calls',
  usage: USAGE,
};
const PERSON: Answer = { items: [{ text: '{"name":"Ada","age":36}' }], finish: 'stop', usage: USAGE };
const PARAMETERS = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const } },
  required: ['city'],
  additionalProperties: false,
};
const PERSON_SCHEMA = {
  type: 'object' as const,
  properties: { name: { type: 'string' as const }, age: { type: 'integer' as const } },
  required: ['name', 'age'],
  additionalProperties: false,
};

let stage: Stage;
let openai: OpenAI;
let anthropic: Anthropic;
let google: GoogleGenAI;

beforeAll(async () => {
  stage = await startStage();
  const { url } = stage.gateway;
  openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: url, apiKey: KEY, maxRetries: 0 });
  google = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: url } });
});

afterAll(async () => {
  await stage.stop();
});

/** What the backend has seen of the conversation's last turn: the results of tools, in order. */
function resultsAsked(back: Dialect): string[] {
  const { turns } = stage.asked(back);
  return (turns.at(-1)?.items ?? []).map((item) => ('result' in item ? item.result.text : JSON.stringify(item)));
}

async function failureOf(promise: PromiseLike<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}

describe.each(BACKS)('openai: chat completions with %s', (_title, back) => {
  const messages = [{ role: 'user' as const, content: 'Hello' }];
  const tools = [{ type: 'function' as const, function: { name: 'get_weather', parameters: PARAMETERS } }];

  test('plain', async () => {
    stage.plays(back, SAYS);
    const answer = await openai.chat.completions.create({ model: stage.aliasOf(back), messages });
    expect(answer.choices[0]?.message.content).toBe('Hello, “world” 🙂');
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    expect(answer.usage).toMatchObject({ prompt_tokens: 20, completion_tokens: 9, total_tokens: 29 });
    const seen = stage.upstream.requests.at(-1);
    expect(JSON.stringify(seen?.rawHeaders)).not.toContain(KEY);
    expect(JSON.stringify(seen?.rawHeaders)).toContain(BACKEND_KEY);
  });

  test('a stream through the helper', async () => {
    stage.plays(back, SAYS);
    const stream = openai.chat.completions.stream({
      model: stage.aliasOf(back),
      messages,
      stream_options: { include_usage: true },
    });
    let text = '';
    stream.on('content', (delta) => (text += delta));
    const answer = await stream.finalChatCompletion();
    expect(text).toBe('Hello, “world” 🙂');
    expect(answer.choices[0]?.message.content).toBe(text);
    expect((await stream.totalUsage()).total_tokens).toBe(29);
  });

  test('tools that run', async () => {
    stage.plays(back, CALLS, SAYS);
    const cities: string[] = [];
    const runner = openai.chat.completions.runTools({
      model: stage.aliasOf(back),
      messages,
      stream: true,
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'Weather',
            parameters: PARAMETERS,
            parse: JSON.parse,
            function: ({ city }: { city: string }) => {
              cities.push(city);
              return `${city} is sunny`;
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe('Hello, “world” 🙂');
    expect(cities).toEqual(['Rome', 'Oslo']);
    expect(resultsAsked(back)).toEqual(['Rome is sunny', 'Oslo is sunny']);
  });

  test('an answer that is parsed', async () => {
    stage.plays(back, PERSON);
    const answer = await openai.chat.completions.parse({
      model: stage.aliasOf(back),
      messages,
      response_format: { type: 'json_schema', json_schema: { name: 'person', strict: true, schema: PERSON_SCHEMA } },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ name: 'Ada', age: 36 });
    expect(stage.asked(back).schema?.schema).toEqual(PERSON_SCHEMA);
  });

  test('calls, and an error of the provider', async () => {
    stage.plays(back, CALLS);
    const answer = await openai.chat.completions.create({ model: stage.aliasOf(back), messages, tools });
    expect(answer.choices[0]?.message.tool_calls?.map(({ id }) => id)).toEqual(['call_1', 'call_2']);
    stage.upstream.script(json(429, back.error({ status: 429, message: 'Slower.' })));
    const failed = await failureOf(openai.chat.completions.create({ model: stage.aliasOf(back), messages }));
    expect(failed).toBeInstanceOf(RateLimitError);
    expect(failed.message).toContain('Slower.');
  });
});

describe.each(BACKS)('openai: responses with %s', (_title, back) => {
  const tools = [
    { type: 'function' as const, name: 'get_weather', description: 'Weather', parameters: PARAMETERS, strict: true },
  ];

  test('plain', async () => {
    stage.plays(back, SAYS);
    const answer = await openai.responses.create({ model: stage.aliasOf(back), input: 'Hello' });
    expect(answer.output_text).toBe('Hello, “world” 🙂');
    expect(answer.status).toBe('completed');
    expect(answer.usage).toMatchObject({ input_tokens: 20, output_tokens: 9, total_tokens: 29 });
  });

  test('a stream through the helper, with thoughts', async () => {
    stage.plays(back, THINKS);
    const stream = openai.responses.stream({
      model: stage.aliasOf(back),
      input: 'Hello',
      reasoning: { effort: 'low', summary: 'auto' },
    });
    let text = '';
    let thought = '';
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'response.reasoning_summary_text.delta') thought += event.delta;
    }
    expect([thought, text]).toEqual(['I greet.', 'Hello.']);
    expect((await stream.finalResponse()).output_text).toBe('Hello.');
  });

  test('calls and their results', async () => {
    stage.plays(back, CALLS, SAYS);
    const input: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: 'Weather?' }];
    const first = await openai.responses.create({ model: stage.aliasOf(back), input, tools });
    const calls = first.output.filter((item) => item.type === 'function_call');
    expect(calls.map(({ call_id: id, arguments: args }) => [id, args])).toEqual([
      ['call_1', '{"city":"Rome"}'],
      ['call_2', '{"city":"Oslo"}'],
    ]);
    const results = calls.map(({ call_id }) => ({ type: 'function_call_output' as const, call_id, output: 'sunny' }));
    const second = await openai.responses.create({
      model: stage.aliasOf(back),
      input: [...input, ...(first.output as OpenAI.Responses.ResponseInputItem[]), ...results],
      tools,
    });
    expect(second.output_text).toBe('Hello, “world” 🙂');
    expect(resultsAsked(back)).toEqual(['sunny', 'sunny']);
  });

  test('an answer that is parsed', async () => {
    stage.plays(back, PERSON);
    const answer = await openai.responses.parse({
      model: stage.aliasOf(back),
      input: 'Who?',
      text: { format: { type: 'json_schema', name: 'person', schema: PERSON_SCHEMA, strict: true } },
    });
    expect(answer.output_parsed).toEqual({ name: 'Ada', age: 36 });
  });
});

describe.each(BACKS)('@anthropic-ai/sdk with %s', (_title, back) => {
  const asking = () => ({
    model: stage.aliasOf(back),
    max_tokens: 4000,
    messages: [{ role: 'user' as const, content: 'Hello' }],
  });
  const tools = [{ name: 'get_weather', description: 'Weather', input_schema: PARAMETERS }];

  test('plain', async () => {
    stage.plays(back, SAYS);
    const answer = await anthropic.messages.create(asking());
    expect(answer.content).toMatchObject([{ type: 'text', text: 'Hello, “world” 🙂' }]);
    expect(answer.stop_reason).toBe('end_turn');
    expect(answer.usage).toMatchObject({ input_tokens: 20, output_tokens: 9 });
    expect(answer._request_id).toBeString();
  });

  test('a stream through the helper, with thoughts', async () => {
    stage.plays(back, THINKS);
    const stream = anthropic.messages.stream({ ...asking(), thinking: { type: 'enabled', budget_tokens: 1024 } });
    let thought = '';
    stream.on('thinking', (delta) => (thought += delta));
    const answer = await stream.finalMessage();
    expect(thought).toBe('I greet.');
    expect(answer.content.map(({ type }) => type)).toEqual(['thinking', 'text']);
    expect(await stream.finalText()).toBe('Hello.');
    expect(answer.usage).toMatchObject({ input_tokens: 20, output_tokens: 9 });
  });

  test('calls and their results', async () => {
    stage.plays(back, CALLS, SAYS);
    const stream = anthropic.messages.stream({ ...asking(), tools });
    const first = await stream.finalMessage();
    expect(first.stop_reason).toBe('tool_use');
    const calls = first.content.filter((block) => block.type === 'tool_use');
    expect(calls.map(({ id, input }) => [id, input])).toEqual([
      ['call_1', { city: 'Rome' }],
      ['call_2', { city: 'Oslo' }],
    ]);
    const results = calls.map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: 'sunny' }));
    const second = await anthropic.messages.create({
      ...asking(),
      tools,
      messages: [
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content: first.content },
        { role: 'user', content: results },
      ],
    });
    expect(second.content).toMatchObject([{ type: 'text', text: 'Hello, “world” 🙂' }]);
    expect(resultsAsked(back)).toEqual(['sunny', 'sunny']);
  });

  test('an error of the provider', async () => {
    stage.upstream.script(json(401, back.error({ status: 401, message: 'Wrong key.' })));
    const failed = await failureOf(anthropic.messages.create(asking()));
    expect(failed).toBeInstanceOf(AuthenticationError);
    expect(failed.message).toContain('Wrong key.');
  });

  // A backend of its own dialect keeps the thread itself.
  test.if(back.protocol !== 'anthropic')('the tool runner, whose thread the backend cannot keep', async () => {
    stage.plays(back, CALLS, SAYS);
    const weather = betaTool({
      name: 'get_weather',
      description: 'Weather',
      inputSchema: PARAMETERS,
      run: ({ city }) => `sunny in ${String(city)}`,
    });
    const runner = anthropic.beta.messages.toolRunner({ ...asking(), tools: [weather] });
    const answer = await runner.runUntilDone();
    expect(answer.content).toMatchObject([{ type: 'text', text: 'Hello, “world” 🙂' }]);
    expect(resultsAsked(back)).toEqual(['sunny in Rome', 'sunny in Oslo']);
  });

  test('count_tokens, by the backend’s counter or an estimate that says so', async () => {
    const counts: Record<string, object> = {
      anthropic: { input_tokens: 12 },
      gemini: { totalTokens: 12 },
      'openai-responses': { object: 'response.input_tokens', input_tokens: 12 },
    };
    stage.upstream.script(json(200, counts[back.protocol] ?? {}));
    const { model, messages } = asking();
    const { data, response } = await anthropic.messages.countTokens({ model, messages }).withResponse();
    const isEstimated = response.headers.get('x-llm-proxy-estimated') === 'tokens';
    expect(isEstimated).toBe(counts[back.protocol] === undefined);
    if (isEstimated) expect(data.input_tokens).toBeGreaterThan(0);
    else expect(data.input_tokens).toBe(12);
  });
});

test('@anthropic-ai/sdk lists the models', async () => {
  const { data } = await anthropic.models.list({ limit: 1000 });
  expect(data.map(({ id, type }) => [id, type])).toContainEqual(['to-gemini', 'model']);
  expect((await anthropic.models.retrieve('to-gemini')).id).toBe('to-gemini');
});

describe.each(BACKS)('@google/genai with %s', (_title, back) => {
  const functionDeclarations = [{ name: 'get_weather', description: 'Weather', parametersJsonSchema: PARAMETERS }];

  test('plain', async () => {
    stage.plays(back, SAYS);
    const answer = await google.models.generateContent({ model: stage.aliasOf(back), contents: 'Hello' });
    expect(answer.text).toBe('Hello, “world” 🙂');
    expect(String(answer.candidates?.[0]?.finishReason)).toBe('STOP');
    expect(answer.usageMetadata).toMatchObject({ promptTokenCount: 20, totalTokenCount: 29 });
  });

  test('a stream', async () => {
    stage.plays(back, SAYS);
    const stream = await google.models.generateContentStream({ model: stage.aliasOf(back), contents: 'Hello' });
    let text = '';
    for await (const chunk of stream) text += chunk.text ?? '';
    expect(text).toBe('Hello, “world” 🙂');
  });

  test('functions and their responses', async () => {
    stage.plays(back, CALLS, SAYS);
    const chat = google.chats.create({ model: stage.aliasOf(back), config: { tools: [{ functionDeclarations }] } });
    const first = await chat.sendMessage({ message: 'Weather?' });
    expect(first.functionCalls?.map(({ name, args }) => [name, args])).toEqual([
      ['get_weather', { city: 'Rome' }],
      ['get_weather', { city: 'Oslo' }],
    ]);
    const second = await chat.sendMessage({
      message: (first.functionCalls ?? []).map(({ id, name }) => ({
        functionResponse: { ...(id === undefined ? {} : { id }), name: name ?? '', response: { output: 'sunny' } },
      })),
    });
    expect(second.text).toBe('Hello, “world” 🙂');
    expect(resultsAsked(back)).toEqual(['sunny', 'sunny']);
  });

  test('an answer of a schema', async () => {
    stage.plays(back, PERSON);
    const answer = await google.models.generateContent({
      model: stage.aliasOf(back),
      contents: 'Who?',
      config: { responseMimeType: 'application/json', responseJsonSchema: PERSON_SCHEMA },
    });
    expect(JSON.parse(answer.text ?? '')).toEqual({ name: 'Ada', age: 36 });
    expect(stage.asked(back).schema?.schema).toEqual(PERSON_SCHEMA);
  });

  test('an error of the provider', async () => {
    stage.upstream.script(json(400, back.error({ status: 400, message: 'Not so.' })));
    const failed = await failureOf(google.models.generateContent({ model: stage.aliasOf(back), contents: 'Hello' }));
    expect(failed).toMatchObject({ status: 400 });
    expect(failed.message).toContain('Not so.');
  });
});

test('@google/genai embeds by an OpenAI backend', async () => {
  stage.upstream.script(
    json(200, {
      object: 'list',
      model: 'embedder',
      data: [
        { object: 'embedding', index: 0, embedding: [0.5, -1] },
        { object: 'embedding', index: 1, embedding: [2, 3] },
      ],
      usage: { prompt_tokens: 4, total_tokens: 4 },
    }),
  );
  const { embeddings } = await google.models.embedContent({ model: 'to-openai', contents: ['a', 'b'] });
  expect(embeddings?.map(({ values }) => values)).toEqual([
    [0.5, -1],
    [2, 3],
  ]);
});

test('@google/genai embeds by a Gemini backend, which is told its own name for the model everywhere', async () => {
  stage.upstream.script(json(200, { embeddings: [{ values: [0.5, -1] }] }));
  await google.models.embedContent({ model: 'to-gemini', contents: ['a'] });
  const { path, json: body } = stage.upstream.requests.at(-1) ?? {};
  expect(path).toBe('/v1beta/models/gemini-2.5-pro:batchEmbedContents');
  expect(body).toMatchObject({ requests: [{ model: 'models/gemini-2.5-pro' }] });
});

test('openai embeds by a Gemini backend', async () => {
  stage.upstream.script(json(200, { embeddings: [{ values: [0.5, -1] }] }));
  const { data } = await openai.embeddings.create({ model: 'to-gemini', input: 'a' });
  expect(data[0]?.embedding).toEqual([0.5, -1]);
});

describe.each(BACKS)('ai with %s', (_title, back) => {
  const providers = () => {
    const { url } = stage.gateway;
    const alias = stage.aliasOf(back);
    const withOpenAI = createOpenAI({ baseURL: `${url}/v1`, apiKey: KEY });
    return [
      ['openai chat', withOpenAI.chat(alias)],
      ['openai responses', withOpenAI.responses(alias)],
      ['anthropic', createAnthropic({ baseURL: `${url}/v1`, apiKey: KEY })(alias)],
      ['google', createGoogle({ baseURL: `${url}/v1beta`, apiKey: KEY })(alias)],
    ] as const;
  };

  test('text, plain and streamed', async () => {
    for (const [name, model] of providers()) {
      stage.plays(back, SAYS);
      const plain = await generateText({ model, prompt: 'Hello', maxRetries: 0 });
      expect([name, plain.text]).toEqual([name, 'Hello, “world” 🙂']);
      expect([name, plain.usage.inputTokens, plain.usage.outputTokens]).toEqual([name, 20, 9]);
      const stream = streamText({ model, prompt: 'Hello', maxRetries: 0 });
      expect([name, await stream.text]).toEqual([name, 'Hello, “world” 🙂']);
      expect([name, await stream.finishReason]).toEqual([name, 'stop']);
    }
  });

  test('thoughts, refusals, and answers that are cut short, plain and streamed', async () => {
    const usage = { ...USAGE, cached: 4 };
    const short: readonly Answer[] = [
      THINKS,
      { items: [{ refusal: 'I would rather not.' }], finish: 'refusal', usage },
      { items: [{ text: 'Hel' }], finish: 'length', usage },
      { items: [{ text: 'Hel' }], finish: 'filter', usage },
      { items: [{ text: 'I look.' }, ...CALLS.items], finish: 'tool_calls', usage },
    ];
    const tools = {
      get_weather: tool({
        description: 'Weather',
        inputSchema: jsonSchema<{ city: string }>(PARAMETERS),
        execute: () => Promise.resolve('sunny'),
      }),
    };
    for (const [name, model] of providers()) {
      for (const answer of short) {
        stage.plays(back, answer);
        const plain = await generateText({ model, tools, prompt: 'Hello', maxRetries: 0 });
        const stream = streamText({ model, tools, prompt: 'Hello', maxRetries: 0, onError: () => undefined });
        const [calls, reason] = [await stream.toolCalls, await stream.finishReason];
        expect([name, calls.length, reason]).toEqual([name, plain.toolCalls.length, plain.finishReason]);
        expect([name, await stream.text]).toEqual([name, plain.text]);
        expect([name, plain.usage.inputTokens, plain.usage.outputTokens]).toEqual([name, 20, 9]);
      }
    }
  });

  test('an error is the SDK’s own, with its words', async () => {
    for (const [name, model] of providers()) {
      stage.upstream.script(json(400, back.error({ status: 400, message: 'not like this' })));
      const failure = await failureOf(generateText({ model, prompt: 'Hello', maxRetries: 0 }));
      expect([name, failure.name, failure.message]).toEqual([name, 'AI_APICallError', 'not like this']);
    }
  });

  test('tools in a loop', async () => {
    for (const [name, model] of providers()) {
      stage.plays(back, CALLS, SAYS);
      const answer = await generateText({
        model,
        prompt: 'Weather?',
        maxRetries: 0,
        stopWhen: stepCountIs(3),
        tools: {
          get_weather: tool({
            description: 'Weather',
            inputSchema: jsonSchema<{ city: string }>(PARAMETERS),
            execute: ({ city }) => Promise.resolve(`${city} is sunny`),
          }),
        },
      });
      expect([name, answer.text]).toEqual([name, 'Hello, “world” 🙂']);
      expect([name, resultsAsked(back)]).toEqual([name, ['Rome is sunny', 'Oslo is sunny']]);
    }
  });

  test('an object', async () => {
    for (const [name, model] of providers()) {
      stage.plays(back, PERSON);
      const { output } = await generateText({
        model,
        prompt: 'Who?',
        maxRetries: 0,
        output: Output.object({ schema: jsonSchema<{ name: string; age: number }>(PERSON_SCHEMA) }),
      });
      expect([name, output]).toEqual([name, { name: 'Ada', age: 36 }]);
    }
  });
});
