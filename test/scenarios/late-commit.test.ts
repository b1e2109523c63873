// `models.<alias>.commit`: what breaks before a later commit point is routed around, and the client does not notice.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import OpenAI from 'openai';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatEvents, cutAfter, manual, pieces, sse, sseText, stallAfter, streamOf } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { parseSse } from '../kit/sse.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';
import type { Wire } from '../kit/wire.ts';

const ADMIN = { headers: { authorization: 'Bearer the-key-of-the-gateway' } };
let first: Upstream;
let second: Upstream;
let gateway: Gateway;
let nextModel = 0;

beforeAll(async () => {
  first = await startUpstream(streamOf('one'));
  second = await startUpstream(streamOf('two'));
  const alias = (commit?: string) => ({
    ...(commit === undefined ? {} : { commit }),
    routes: [
      { backend: 'first', model: '*', priority: 1 },
      { backend: 'second', model: '*', priority: 2 },
    ],
  });
  gateway = await startGateway({
    config: {
      proxy_api_key: 'the-key-of-the-gateway',
      backends: [
        { name: 'first', url: first.url, timeout: { read_timeout: '600ms', first_byte_timeout: '20s' } },
        { name: 'second', url: second.url },
      ],
      models: {
        'default/*': alias(),
        'named/*': alias('first_content'),
        'block/*': alias('block'),
        'long/*': alias('10m'),
        'short/*': alias('50ms'),
        'alone/*': { commit: 'block', routes: [{ backend: 'first', model: '*' }] },
        'falls/*': { commit: '10m', routes: [{ backend: 'first', model: '*' }] },
        'into/*': { routes: [{ backend: 'second', model: '*' }] },
      },
      fallback: { cooldown_seconds: 0, max_retries: 0, alias_fallback: { 'falls/*': ['into/*'] } },
      stream: { keepalive: '100ms' },
    },
  });
});

beforeEach(() => second.script(streamOf('two')));

// However a stream went, nothing of it is held any longer.
afterEach(async () => {
  await settled(first, second);
  await eventually(async () => {
    const { text } = await (await send(`${gateway.url}/metrics`, ADMIN)).whole();
    return /^llm_proxy_buffered_bytes 0$/m.test(text);
  });
});

afterAll(async () => {
  await gateway.stop();
  await Promise.all([first.stop(), second.stop()]);
});

const chunk = (delta: object, finish_reason: string | null = null): object => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
});
const piece = (args: string, index = 0): object => chunk({ tool_calls: [{ index, function: { arguments: args } }] });
const callStart = (name: string, index = 0): object =>
  chunk({ tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } }] });
/** A call whose arguments are half here. */
const HALF_CALL = [chunk({ role: 'assistant', content: null }), callStart('ask'), piece('{"city":"Ber')];
const CALL = [...HALF_CALL, piece('lin"}'), chunk({}, 'tool_calls')];
const BEGUN = chatEvents(['a', 'b'], { finish: null });

async function begin(alias: string, reply: Reply) {
  first.script(reply);
  const before = second.requests.length;
  const model = `${alias}/m${nextModel++}`;
  const body = { model, stream: true, messages: [{ role: 'user', content: 'hi' }] };
  const answer = await send(`${gateway.url}/v1/chat/completions`, { ...ADMIN, body });
  return { answer, model, failedOver: () => second.requests.length > before };
}

async function ask(alias: string, reply: Reply) {
  const { answer, model, failedOver } = await begin(alias, reply);
  const { text, ending } = await answer.whole();
  return { text, ending, seen: parseSse(text), model, failedOver: failedOver() };
}

const said = (chunks: readonly Json[]): string =>
  chunks.map(({ choices }) => choices?.[0]?.delta?.content ?? '').join('');

function logged(model: string): Promise<Json> {
  return eventually(() => gateway.logs().find((line) => line.alias === model));
}

describe('a tool call', () => {
  test.each([
    ['block', cutAfter(HALF_CALL)],
    ['long', cutAfter(HALF_CALL, { reset: true })],
    ['short', cutAfter(HALF_CALL)],
    ['falls', cutAfter(HALF_CALL)],
  ])('that is cut in the middle comes whole from the other backend: %s', async (alias, reply) => {
    first.script(reply);
    second.script(sse(CALL));
    const model = `${alias}/m${nextModel++}`;
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'the-key-of-the-gateway', maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'hi' }];
    const { choices } = await openai.chat.completions.stream({ model, messages }).finalChatCompletion();
    expect(choices[0]?.message.tool_calls?.map((call) => 'function' in call && call.function.arguments)).toEqual([
      '{"city":"Berlin"}',
    ]);
    expect((await logged(model)).tries).toMatchObject([
      { backend: 'first', failure: 'connection_reset' },
      { backend: 'second', status: 200 },
    ]);
  });

  test('is held until it is whole, and then goes out though nothing more comes', async () => {
    for (const last of [chunk({}, 'tool_calls'), callStart('next', 1)]) {
      const reply = manual();
      const { answer, failedOver } = await begin('long', reply);
      await reply.head();
      for (const event of [...HALF_CALL, piece('lin"}')]) await reply.event(event);
      // A keep-alive is all that the client has.
      expect(await answer.next()).toBe(': keep-alive\n\n');
      expect(answer.text).not.toContain('data:');
      await reply.event(last);
      expect(await answer.textUntil(JSON.stringify(last))).toContain('Ber');
      expect(failedOver()).toBe(false);
      await reply.event('[DONE]');
      await reply.end();
      await answer.whole();
    }
  });

  test('of more than 1 MiB goes out, and a cut behind it is told', async () => {
    const big = Array.from({ length: 20 }, () => piece('x'.repeat(64 * 1024)));
    const reply = manual();
    const { answer, failedOver } = await begin('block', reply);
    await reply.head();
    for (const event of [callStart('f'), ...big]) await reply.event(event);
    await answer.textUntil('xxxx');
    await reply.destroy();
    const { text } = await answer.whole();
    expect(parseSse(text).json.at(-1)).toMatchObject({ error: { code: 'stream_interrupted' } });
    expect(failedOver()).toBe(false);
  });

  test('in more than 4,096 events goes out', async () => {
    const reply = manual();
    const { answer } = await begin('block', reply);
    await reply.head();
    await reply.write(sseText([callStart('f'), ...Array.from({ length: 4090 }, () => piece('x'))], { done: false }));
    expect(await answer.next()).toBe(': keep-alive\n\n');
    await reply.write(
      sseText(
        Array.from({ length: 10 }, () => piece('y')),
        { done: false },
      ),
    );
    await answer.textUntil('"y"');
    answer.leave();
    await reply.request.then(({ closed }) => closed);
  });
});

describe('text', () => {
  const error = { error: { message: 'the GPU melted', type: 'server_error', param: null, code: 'melted' } };

  test.each([
    ['a cut', cutAfter(BEGUN), 'connection_reset'],
    ['a reset', cutAfter(BEGUN, { reset: true }), 'connection_reset'],
    ['an error event', sse([...BEGUN, error]), 'server_error'],
    ['an error in the same chunk', pieces([sseText([...BEGUN, error])]), 'server_error'],
    ['an error that no client knows', sse([...BEGUN, { object: 'error', message: 'no', code: 500 }]), 'server_error'],
    ['a finish that is none', sse([...BEGUN, chunk({}, 'error')]), 'broken_answer'],
    ['a clean end without a finish', sse(BEGUN, { done: false }), 'broken_answer'],
    ['half an event', cutAfter(`${sseText(BEGUN, { done: false })}data: {"id":`), 'connection_reset'],
    ['silence', stallAfter(BEGUN), 'read_timeout'],
    [
      'a chunk that is none',
      {
        async send(wire: Wire) {
          const text = sseText(BEGUN, { done: false });
          const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
          await wire.write(`${head}${text.length.toString(16)}\r\n${text}\r\n`);
          await wire.write('no chunk\r\n');
          await wire.until(new Promise<never>(() => {}));
        },
      },
      'broken_answer',
    ],
    [
      'too much that is no JSON',
      pieces([sseText(BEGUN, { done: false }), 'data: no\n\n'.repeat(1100)]),
      'broken_answer',
    ],
  ])('%s within the duration is routed around', async (_name, reply, failure) => {
    for (const alias of ['long', 'block']) {
      const { seen, text, model, failedOver } = await ask(alias, reply);
      expect([said(seen.json), seen.done, failedOver]).toEqual(['two', true, true]);
      expect(text).not.toContain('"error"');
      const line = await logged(model);
      expect(line).toMatchObject({ backend: 'second', attempts: 2 });
      expect(line.interrupted).not.toBe(true);
      expect(line.tries).toMatchObject([{ backend: 'first', failure }, { backend: 'second' }]);
    }
  });

  test.each(['short', 'default', 'named'])('a cut after the commit point is told: %s', async (alias) => {
    const reply = manual();
    const { answer, model, failedOver } = await begin(alias, reply);
    await reply.head();
    for (const event of BEGUN) await reply.event(event);
    // It goes out though nothing more comes.
    await answer.textUntil('"b"');
    await reply.destroy();
    const { text } = await answer.whole();
    const seen = parseSse(text);
    expect([said(seen.json), seen.done, failedOver()]).toEqual(['ab', false, false]);
    expect(seen.json.at(-1)).toMatchObject({ error: { code: 'stream_interrupted' } });
    expect(await logged(model)).toMatchObject({ interrupted: true, backend: 'first' });
  });

  test('what comes after the time was over goes on in the same stream', async () => {
    const reply = manual();
    const { answer, failedOver } = await begin('short', reply);
    await reply.head();
    for (const event of BEGUN) await reply.event(event);
    await answer.textUntil('"b"');
    for (const event of [chunk({ content: 'c' }), chunk({ content: 'd' }), chunk({}, 'stop')]) await reply.event(event);
    await reply.event('[DONE]');
    await reply.end();
    const seen = parseSse((await answer.whole()).text);
    expect([said(seen.json), seen.done, failedOver()]).toEqual(['abcd', true, false]);
  });

  test('silence after the time was over ends in an error event', async () => {
    const { seen, failedOver } = await ask('short', stallAfter(BEGUN));
    expect([said(seen.json), failedOver]).toEqual(['ab', false]);
    expect(seen.json.at(-1)).toMatchObject({ error: { code: 'read_timeout' } });
  });

  test('`block`: a thought is whole where text begins', async () => {
    const reply = manual();
    const { answer } = await begin('block', reply);
    await reply.head();
    for (const thought of ['Let', ' me', ' see']) await reply.event(chunk({ reasoning_content: thought }));
    expect(await answer.next()).toBe(': keep-alive\n\n');
    expect(answer.text).not.toContain('data:');
    await reply.event(chunk({ content: 'So' }));
    expect(await answer.textUntil('So')).toContain('Let');
    answer.leave();
    await reply.request.then(({ closed }) => closed);
  });

  test('`block`: text that leads to a tool call is held with it', async () => {
    const { seen, failedOver } = await ask('block', cutAfter([...BEGUN, ...HALF_CALL]));
    expect([said(seen.json), seen.done, failedOver]).toEqual(['two', true, true]);

    const reply = manual();
    const { answer } = await begin('block', reply);
    await reply.head();
    for (const event of [...BEGUN, ...HALF_CALL]) await reply.event(event);
    expect(await answer.next()).toBe(': keep-alive\n\n');
    expect(answer.text).not.toContain('data:');
    await reply.event(callStart('next', 1));
    expect(await answer.textUntil('call_1')).toContain('"a"');
    answer.leave();
    await reply.request.then(({ closed }) => closed);
  });

  test('a short answer goes out whole, with its end', async () => {
    for (const alias of ['block', 'long']) {
      const { seen, failedOver } = await ask(alias, streamOf('all of it'));
      expect([said(seen.json), seen.done, failedOver]).toEqual(['all of it', true, false]);
    }
  });
});

test('the time to the first token is that of what the client sees; tokens of a failed try are known', async () => {
  const usage = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };
  const { model } = await ask('alone', cutAfter([...BEGUN, { ...chunk({ content: 'c' }), usage }]));
  const line = await logged(model);
  expect(line).toMatchObject({ status: 502, prompt_tokens: 7, completion_tokens: 5 });

  const held = await ask('block', streamOf(['a', 'b', 'c'], { gapMs: 60 }));
  expect((await logged(held.model)).ttft_ms).toBeGreaterThan(170);
});

test('where no other backend serves, the client gets an error and nothing of the answer', async () => {
  const { text } = await ask('alone', cutAfter(HALF_CALL));
  expect(text).not.toContain('Ber');
  expect(text).toContain('upstream_');
});

test('a client that leaves while its answer is held ends the request at the backend', async () => {
  const reply = manual();
  const { answer, model, failedOver } = await begin('block', reply);
  await reply.head();
  for (const event of BEGUN) await reply.event(event);
  expect(await answer.next()).toBe(': keep-alive\n\n');
  answer.leave();
  await reply.request.then(({ closed }) => closed);
  expect(failedOver()).toBe(false);
  expect(await logged(model)).toMatchObject({ status: 499 });
});

test('where memory is short, what is held goes out; what others hold stays', async () => {
  const small = await startGateway({
    config: {
      server: { max_buffered_mb: 1 },
      backends: [
        { name: 'first', url: first.url },
        { name: 'second', url: second.url },
      ],
      models: {
        m: {
          commit: 'block',
          routes: ['first', 'second'].map((backend, priority) => ({ backend, model: 'm', priority })),
        },
      },
      stream: { keepalive: '50ms' },
    },
  });
  const body = { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] };
  const half = [callStart('f'), ...Array.from({ length: 10 }, () => piece('x'.repeat(60_000)))];
  const replies = [manual(), manual()] as const;
  first.script(replies);
  const held = await send(`${small.url}/v1/chat/completions`, { body });
  await replies[0].head();
  for (const event of half) await replies[0].event(event);
  // Heard after all of that was written.
  await held.textUntil(': keep-alive');
  const other = await send(`${small.url}/v1/chat/completions`, { body });
  await replies[1].head();
  for (const event of half) await replies[1].event(event);
  await other.textUntil('xxxx');
  expect(held.text).not.toContain('xxxx');
  await replies[0].destroy();
  expect(parseSse((await held.whole()).text).done).toBe(true);
  await replies[1].destroy();
  await other.whole();
  await small.stop();
});
