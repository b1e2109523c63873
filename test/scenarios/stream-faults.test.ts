import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import { send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatEvents, pieces, sseText, streamOf, type Reply } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { parseSse } from '../kit/sse.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';
import type { Wire } from '../kit/wire.ts';

let first: Upstream;
let second: Upstream;
let gateway: Gateway;
let nextModel = 0;

beforeAll(async () => {
  first = await startUpstream(streamOf('one'));
  second = await startUpstream(streamOf('two'));
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'first', url: first.url, timeout: { read_timeout: '300ms' } },
        { name: 'second', url: second.url },
      ],
      models: {
        'pair/*': {
          routes: [
            { backend: 'first', model: '*', priority: 1 },
            { backend: 'second', model: '*', priority: 2 },
          ],
        },
      },
    },
  });
});

afterAll(async () => {
  await settled(first, second);
  await gateway.stop();
  await Promise.all([first.stop(), second.stop()]);
});

/** Begins a stream, and does the rest once the client has it. */
function committed(then: (wire: Wire) => void | Promise<void>): Reply {
  return {
    async send(wire) {
      const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
      await wire.write(head + chunk(sseText(BEGUN, { done: false })));
      await wire.until(clientHasContent.promise);
      await then(wire);
    },
  };
}

const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const LAST_CHUNK = '0\r\n\r\n';
const NEVER = new Promise<never>(() => {});
let clientHasContent = Promise.withResolvers<void>();

async function ask(reply: Reply, model = `pair/m${nextModel++}`) {
  first.script(reply);
  clientHasContent = Promise.withResolvers();
  const others = second.requests.length;
  const body = { model, stream: true, messages: [{ role: 'user', content: 'hi' }] };
  const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
  await answer.textUntil('data: ');
  clientHasContent.resolve();
  const whole = await answer.whole();
  return { ...whole, status: answer.status, model, failedOver: second.requests.length > others };
}

function logged(model: string): Promise<Json> {
  return eventually(() => gateway.logs().find((line) => line.alias === model));
}

/** Role and two words, unfinished. */
const BEGUN = chatEvents(['a', 'b'], { finish: null });
const OWN_ERROR = { error: { message: 'the GPU melted', type: 'server_error', param: null, code: 'melted' } };

describe('after the commit point', () => {
  test.each([
    ['a reset', (wire: Wire) => wire.cut({ reset: true }), 'stream_interrupted'],
    ['a connection closed inside the transfer', (wire: Wire) => wire.cut(), 'stream_interrupted'],
    [
      'half an event, then a close',
      async (wire: Wire) => {
        await wire.write(chunk('data: {"id":'));
        wire.cut();
      },
      'stream_interrupted',
    ],
    ['a clean end without a finish', (wire: Wire) => wire.write(LAST_CHUNK), 'stream_interrupted'],
    [
      'half an event, then a clean end',
      (wire: Wire) => wire.write(chunk('data: {"id":') + LAST_CHUNK),
      'stream_interrupted',
    ],
    ['a chunk that is none', (wire: Wire) => wire.write('no chunk\r\n'), 'stream_interrupted'],
    ['silence', (wire: Wire) => wire.until(NEVER), 'read_timeout'],
    [
      'silence within an event',
      async (wire: Wire) => {
        await wire.write(chunk('data: {"id":'));
        await wire.until(NEVER);
      },
      'read_timeout',
    ],
  ])('%s ends in an error event and without [DONE]', async (_, then, code) => {
    const { text, ending, status, failedOver, model } = await ask(committed(then));
    const seen = parseSse(text);
    expect([status, ending, failedOver, seen.done, seen.rest]).toEqual([200, 'complete', false, false, '']);
    expect(seen.json.slice(0, -1)).toEqual(BEGUN);
    expect(seen.json.at(-1)).toMatchObject({ error: { code, type: 'server_error' } });
    expect(await logged(model)).toMatchObject({ interrupted: true, level: 'error', backend: 'first' });
    expect((await logged(model)).tries).toHaveLength(1);
    await settled(first);
  });

  test('what broke the stream cools down', async () => {
    const { model } = await ask(committed((wire) => wire.cut({ reset: true })));
    const again = await ask(streamOf('one'), model);
    expect([again.failedOver, again.text.includes('two')]).toEqual([true, true]);
  });

  test('the upstream’s own error event passes as it is; what follows does not', async () => {
    const error = sseText([OWN_ERROR], { done: false });
    const late = 'data: {"late":1}\n\ndata: [DONE]\n\n';
    for (const then of [
      (wire: Wire) => wire.write(chunk(error + late) + LAST_CHUNK),
      (wire: Wire) => wire.write(chunk(error) + chunk(late) + LAST_CHUNK),
      async (wire: Wire) => {
        await wire.write(chunk(error));
        await wire.until(NEVER);
      },
    ]) {
      const { text, ending, model } = await ask(committed(then));
      expect([text, ending]).toEqual([sseText([...BEGUN, OWN_ERROR], { done: false }), 'complete']);
      expect(await logged(model)).toMatchObject({ interrupted: true, error_code: 'melted' });
    }
  });

  test('an error that comes together with the content is after it, too', async () => {
    const { text, failedOver, model } = await ask(pieces([sseText([...BEGUN, OWN_ERROR, BEGUN[1] ?? {}])]));
    expect([text, failedOver]).toEqual([sseText([...BEGUN, OWN_ERROR], { done: false }), false]);
    expect(await logged(model)).toMatchObject({ interrupted: true, error_code: 'melted', attempts: 1 });
  });

  test.each([
    ['vLLM’s, which has no `error`', { object: 'error', message: 'the GPU melted', type: 'Melted', code: 500 }, ''],
    ['one known by the name of its event alone', { message: 'the GPU melted' }, 'event: error\n'],
  ])('an error event that the client would not take for one goes out as one: %s', async (_, error, before) => {
    const event = before + sseText([error], { done: false });
    for (const reply of [
      committed((wire) => wire.write(chunk(event) + LAST_CHUNK)),
      pieces([sseText(BEGUN, { done: false }) + event]),
    ]) {
      const { text, failedOver, model } = await ask(reply);
      const seen = parseSse(text);
      expect([failedOver, seen.done, seen.rest, seen.json.length]).toEqual([false, false, '', BEGUN.length + 1]);
      expect(seen.json.at(-1)).toEqual({ error: expect.objectContaining({ message: expect.stringMatching(/\w/) }) });
      expect(await logged(model)).toMatchObject({ interrupted: true, attempts: 1 });
    }
  });

  test('a failure after the finish harms nothing', async () => {
    const rest = chunk(sseText(chatEvents(['a', 'b']).slice(-1), { done: false }));
    for (const then of [
      async (wire: Wire) => {
        await wire.write(rest);
        await wire.until(NEVER);
      },
      async (wire: Wire) => {
        await wire.write(rest);
        await wire.wait(50); // bytes that come with the end of the connection may be lost with it
        wire.cut({ reset: true });
      },
    ]) {
      const { text, model } = await ask(committed(then));
      expect(text).toBe(sseText(chatEvents(['a', 'b'])));
      expect((await logged(model)).interrupted).toBeUndefined();
    }
  });
});
