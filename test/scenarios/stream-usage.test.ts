// Token counts of streams: asked for where nobody did, counted wherever they stand, and never lost again.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, json, pieces, status } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

let upstream: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  const at = (name: string, more: object = {}): object => ({ name, url: upstream.url, ...more });
  const alias = (backend: string): object => ({ routes: [{ backend, model: 'm' }] });
  gateway = await startGateway({
    config: {
      backends: [
        at('chat'),
        at('strict'),
        at('strict-translated'),
        at('refuses', { vendor: 'mistral' }),
        at('responses', { protocol: 'openai-responses' }),
        at('messages', { protocol: 'anthropic' }),
        at('gemini', { protocol: 'gemini', url: upstream.url.replace('/v1', '/v1beta') }),
      ],
      models: Object.fromEntries(
        ['chat', 'strict', 'strict-translated', 'refuses', 'responses', 'messages', 'gemini'].map((name) => [
          name,
          alias(name),
        ]),
      ),
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

const MESSAGES = [{ role: 'user', content: 'hi' }];

async function post(path: string, body: string): Promise<RawAnswer> {
  return await send(`${gateway.url.replace(/\/v1$/, '')}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
}

async function chat(
  model: string,
  more: object = {},
): Promise<{ readonly answer: RawAnswer; readonly text: string; readonly line: Json }> {
  const answer = await post(
    '/v1/chat/completions',
    JSON.stringify({ model, messages: MESSAGES, stream: true, ...more }),
  );
  const { text } = await answer.whole();
  return { answer, text, line: await logged(answer) };
}

async function logged({ headers }: RawAnswer): Promise<Json> {
  return await eventually(() =>
    gateway.logs().find(({ trace_id: id, attempts }) => id === headers['x-trace-id'] && attempts !== undefined),
  );
}

const data = (event: object): string => `data: ${JSON.stringify(event)}\n\n`;
const chunk = (choice: object, more: object = {}): string =>
  data({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }], ...more });
const ROLE = chunk({ delta: { role: 'assistant', content: '' } }, { usage: null });
const WORDS = chunk({ delta: { content: 'hi' } }, { usage: null });
const END = chunk({ delta: {}, finish_reason: 'stop' }, { usage: null });
const DONE = 'data: [DONE]\n\n';
/** As they are for whoever did not ask. */
const unasked = (...events: string[]): string => events.join('').replaceAll(',"usage":null', '');
const USAGE = { prompt_tokens: 3, completion_tokens: 9, total_tokens: 12 };
const EXTRA = data({ id: 'c', object: 'chat.completion.chunk', choices: [], usage: USAGE });

describe('a chat stream whose client did not ask', () => {
  test('is asked, and what comes of it is counted and taken out, all else byte for byte', async () => {
    const kept = [': a comment\n\n', ROLE, WORDS, `event: x\nid: 7\n${END}`];
    for (const parts of [
      [...kept, EXTRA, DONE],
      [[...kept, EXTRA, DONE].join('')],
      [...kept, EXTRA, DONE].join('').split(''),
    ]) {
      upstream.script(pieces(parts));
      const { text, line } = await chat('chat');
      expect(text).toBe(unasked(...kept, DONE));
      expect(line).toMatchObject({ prompt_tokens: 3, completion_tokens: 9 });
    }
    expect(upstream.requests.at(-1)?.json.stream_options).toEqual({ include_usage: true });
  });

  test.each([
    [
      'nothing',
      '{"model":"chat", "messages":[],"stream":true}',
      '{"stream_options":{"include_usage":true},"model":"m", "messages":[],"stream":true}',
    ],
    [
      'null',
      '{"model":"chat","stream_options": null,"stream":true}',
      '{"model":"m","stream_options": {"include_usage":true},"stream":true}',
    ],
    [
      'an empty object',
      '{"model":"chat","stream_options":{ },"stream":true}',
      '{"model":"m","stream_options":{"include_usage":true },"stream":true}',
    ],
    [
      'false',
      '{"model":"chat","stream":true,"stream_options":{"include_usage": false}}',
      '{"model":"m","stream":true,"stream_options":{"include_usage": true}}',
    ],
    [
      'another option',
      '{"model":"chat","stream":true,"stream_options":{"include_obfuscation":false}}',
      '{"model":"m","stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}',
    ],
  ])('%s of its own: its text is edited in place', async (_name, body, sent) => {
    upstream.script(pieces([WORDS, END, EXTRA, DONE]));
    expect((await (await post('/v1/chat/completions', body)).whole()).text).toBe(unasked(WORDS, END, DONE));
    expect(upstream.requests.at(-1)?.text).toBe(sent);
  });

  test('usage that stands in a chunk with content passes', async () => {
    const last = chunk({ delta: { content: '!' }, finish_reason: 'stop' }, { usage: USAGE });
    upstream.script(pieces([WORDS, last, DONE]));
    const { text, line } = await chat('chat');
    expect(text).toBe(unasked(WORDS, last, DONE));
    expect(line).toMatchObject({ prompt_tokens: 3, completion_tokens: 9 });
  });

  test.each([
    ['behind the text', ',"usage":null}', (event: string) => event.replace(/\}\n\n$/, ',"usage":null}\n\n')],
    ['with a space', ',"usage": null}', (event: string) => event.replace(/\}\n\n$/, ',"usage": null}\n\n')],
    ['before the text', '{"usage":null,', (event: string) => event.replace('{"id"', '{"usage":null,"id"')],
    ['with spaces', '"usage" : null ,', (event: string) => event.replace('"object"', '"usage" : null ,"object"')],
  ])('an empty usage in every chunk is taken out of each: %s', async (_name, member, written) => {
    const words = ['a', 'bc', 'über', '你好', 'a "quote"', '', '"usage":null', 'd', 'ef'].map((content) =>
      chunk({ delta: { content } }),
    );
    const events = words.map(written);
    expect(events.every((event) => event.includes(member))).toBe(true);
    const end = chunk({ delta: {}, finish_reason: 'stop' });
    for (const parts of [
      [...events, end, EXTRA, DONE],
      [[...events, end, EXTRA, DONE].join('')],
      Array.from(Buffer.from([...events, end, EXTRA, DONE].join('')), (byte) => Uint8Array.of(byte)),
    ]) {
      upstream.script(pieces(parts));
      const { text, line } = await chat('chat');
      expect(text).toBe([...words, end, DONE].join(''));
      expect(line).toMatchObject({ prompt_tokens: 3, completion_tokens: 9 });
    }
    upstream.script(pieces([...events, end, EXTRA, DONE]));
    const { text } = await chat('chat', { stream_options: { include_usage: true } });
    expect(text).toBe([...events, end, EXTRA, DONE].join(''));
  });

  test('a legacy completion is asked as well', async () => {
    const word = (text: string, more: object = {}): string => data({ choices: [{ index: 0, text, ...more }] });
    const parts = [word('a'), word('b'), word('', { finish_reason: 'stop' })];
    upstream.script(pieces([...parts, EXTRA, DONE]));
    const answer = await post('/v1/completions', '{"model":"chat","prompt":"hi","stream":true}');
    expect((await answer.whole()).text).toBe([...parts, DONE].join(''));
    expect(upstream.requests.at(-1)?.json.stream_options).toEqual({ include_usage: true });
    expect(await logged(answer)).toMatchObject({ prompt_tokens: 3, completion_tokens: 9 });
  });

  test('one that did ask gets it', async () => {
    upstream.script(pieces([WORDS, END, EXTRA, DONE]));
    const { text } = await chat('chat', { stream_options: { include_usage: true } });
    expect(text).toBe([WORDS, END, EXTRA, DONE].join(''));
  });

  test('vendors that refuse the field are not asked, nor are plain requests', async () => {
    upstream.script(pieces([WORDS, END, DONE]));
    await chat('refuses');
    expect(upstream.requests.at(-1)?.json).not.toHaveProperty('stream_options');
    upstream.script(chatAnswer('ok'));
    await chat('chat', { stream: false });
    expect(upstream.requests.at(-1)?.json).not.toHaveProperty('stream_options');
  });

  test.each([
    ['strict', '/v1/chat/completions', { messages: MESSAGES }],
    ['strict-translated', '/v1/responses', { input: 'hi' }],
  ])(
    'a server that refuses it is asked again without, and never with it from then on: %s',
    async (model, path, more) => {
      upstream.script(({ json: body }) =>
        body.stream_options === undefined
          ? pieces([WORDS, END, DONE])
          : status(422, { message: 'Extra inputs are not permitted', param: 'stream_options' }),
      );
      const before = upstream.requests.length;
      for (const asked of [2, 3]) {
        const answer = await post(path, JSON.stringify({ model, stream: true, ...more }));
        expect((await answer.whole()).text).toContain('hi');
        expect([answer.status, upstream.requests.length - before]).toEqual([200, asked]);
        expect((await logged(answer)).attempts).toBe(1);
      }
    },
  );

  test('any other refusal is what it is', async () => {
    upstream.script(status(400, { message: 'no such tool' }));
    const before = upstream.requests.length;
    expect((await chat('chat')).answer.status).toBe(400);
    expect(upstream.requests.length - before).toBe(1);
  });
});

describe('counts are known wherever they stand', () => {
  test.each([
    ['x_groq', chunk({ delta: {}, finish_reason: 'stop' }, { x_groq: { id: 'r', usage: USAGE } })],
    ['the choice (Moonshot)', chunk({ delta: {}, finish_reason: 'stop', usage: USAGE })],
    [
      'usage_metadata',
      chunk({ delta: {}, finish_reason: 'stop' }, { usage_metadata: { input_tokens: 3, output_tokens: 9 } }),
    ],
    ['token_usage', chunk({ delta: {}, finish_reason: 'stop' }, { token_usage: USAGE })],
    [
      'meta.tokens (Cohere)',
      chunk(
        { delta: {}, finish_reason: 'stop' },
        {
          meta: { billed_units: { input_tokens: 1, output_tokens: 1 }, tokens: { input_tokens: 3, output_tokens: 9 } },
        },
      ),
    ],
    [
      'meta.billed_units',
      chunk({ delta: {}, finish_reason: 'stop' }, { meta: { billed_units: { input_tokens: 3, output_tokens: 9 } } }),
    ],
    ['eval_count (Ollama)', chunk({ delta: {}, finish_reason: 'stop' }, { prompt_eval_count: 3, eval_count: 9 })],
    [
      'timings (llama.cpp)',
      chunk({ delta: {}, finish_reason: 'stop' }, { timings: { prompt_n: 1, cache_n: 2, predicted_n: 9 } }),
    ],
    ['a chunk without choices', END + data({ id: 'c', choices: null, usage: USAGE })],
    ['the role’s chunk', chunk({ delta: { role: 'assistant' } }, { usage: USAGE }) + END],
    [
      'an earlier chunk than an empty one',
      chunk({ delta: {}, finish_reason: 'stop' }, { usage: USAGE }) + data({ choices: [], usage: {} }),
    ],
    [
      'an earlier chunk than nulls',
      END + EXTRA + data({ choices: [], usage: { prompt_tokens: null, completion_tokens: null } }),
    ],
    [
      'an earlier chunk than zeros',
      END + EXTRA + data({ choices: [], usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } }),
    ],
    [
      'two chunks, half in each',
      chunk({ delta: {} }, { usage: { prompt_tokens: 3 } }) +
        END +
        data({ choices: [], usage: { completion_tokens: 9 } }),
    ],
  ])('%s', async (_name, end) => {
    for (const path of ['/v1/chat/completions', '/v1/responses']) {
      upstream.script(pieces([WORDS, end, DONE]));
      const more = path.endsWith('responses') ? { input: 'hi' } : { messages: MESSAGES };
      const answer = await post(path, JSON.stringify({ model: 'chat', stream: true, ...more }));
      const { text } = await answer.whole();
      expect(await logged(answer)).toMatchObject({ prompt_tokens: 3, completion_tokens: 9 });
      if (path.endsWith('responses')) expect(text).toMatch(/"input_tokens":3,.*"output_tokens":9,/);
    }
  });

  const usage = { input_tokens: 3, output_tokens: 9, total_tokens: 12 };
  const named = (event: Json): string => `event: ${event.type}\n${data(event)}`;
  const respDelta = named({ type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'hi' });
  test.each([
    [
      'response.failed',
      [
        named({
          type: 'response.failed',
          response: { status: 'failed', error: { code: 'server_error', message: 'x' }, usage },
        }),
      ],
    ],
    [
      'response.failed after words',
      [
        respDelta,
        named({
          type: 'response.failed',
          response: { status: 'failed', error: { code: 'server_error', message: 'x' }, usage },
        }),
      ],
    ],
    [
      'response.incomplete',
      [
        respDelta,
        named({
          type: 'response.incomplete',
          response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [], usage },
        }),
      ],
    ],
    [
      'response.in_progress, and zeros at the end',
      [
        named({ type: 'response.in_progress', response: { status: 'in_progress', usage } }),
        respDelta,
        named({
          type: 'response.completed',
          response: { status: 'completed', output: [], usage: { input_tokens: 0, output_tokens: 0 } },
        }),
      ],
    ],
  ])('%s', async (_name, events) => {
    for (const [path, more] of [
      ['/v1/responses', { input: 'hi' }],
      ['/v1/chat/completions', { messages: MESSAGES }],
    ] as const) {
      upstream.script(pieces(events));
      const answer = await post(path, JSON.stringify({ model: 'responses', stream: true, ...more }));
      await answer.whole();
      expect(await logged(answer)).toMatchObject({ prompt_tokens: 3, completion_tokens: 9 });
    }
  });

  test('a failed response that came whole', async () => {
    upstream.script(
      json(200, {
        object: 'response',
        status: 'failed',
        output: [],
        error: { code: 'server_error', message: 'x' },
        usage,
      }),
    );
    const answer = await post('/v1/responses', JSON.stringify({ model: 'responses', input: 'hi' }));
    await answer.whole();
    expect(await logged(answer)).toMatchObject({ prompt_tokens: 3, completion_tokens: 9 });
  });

  test('messages: zeros and nulls at the end', async () => {
    for (const late of [{}, { output_tokens: 9, input_tokens: 0 }, { output_tokens: 9, input_tokens: null }]) {
      upstream.script(
        pieces([
          named({
            type: 'message_start',
            message: { type: 'message', content: [], usage: { input_tokens: 3, output_tokens: 9 } },
          }),
          named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hi' } }),
          named({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: late }),
          named({ type: 'message_stop' }),
        ]),
      );
      const { line } = await chat('messages');
      expect(line).toMatchObject({ prompt_tokens: 3, completion_tokens: 9 });
    }
  });

  test('gemini: in snake case, and empty at the end', async () => {
    upstream.script(
      pieces([
        data({
          candidates: [{ content: { parts: [{ text: 'hi' }] } }],
          usage_metadata: { prompt_token_count: 3, candidates_token_count: 9 },
        }),
        data({ candidates: [{ finishReason: 'STOP' }], usageMetadata: {} }),
      ]),
    );
    expect((await chat('gemini')).line).toMatchObject({ prompt_tokens: 3, completion_tokens: 9 });
  });
});
