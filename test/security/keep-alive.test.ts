// A backend that sends more than it was asked for must not get its surplus to anybody: no client reads another's answer.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, chatEvents, sseText } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { SeenRequest, Upstream } from '../kit/upstream.ts';
import type { Wire } from '../kit/wire.ts';

let upstream: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  const root = `http://127.0.0.1:${upstream.port}`;
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'kept', url: upstream.url },
        { name: 'single', url: upstream.url, keep_alive: false },
        { name: 'claude', url: upstream.url, protocol: 'anthropic' },
        {
          name: 'bedrock',
          url: root,
          vendor: 'bedrock',
          protocol: 'anthropic',
          region: 'r',
          api_key: 'a-key-of-bedrock',
        },
      ],
      models: {
        kept: { routes: [{ backend: 'kept', model: 'm' }] },
        single: { routes: [{ backend: 'single', model: 'm' }] },
        claude: { routes: [{ backend: 'claude', model: 'm' }] },
        bedrock: { routes: [{ backend: 'bedrock', model: 'm' }] },
      },
      fallback: { cooldown_seconds: 0, backoff_initial: '1ms', backoff_max: '1ms' },
    },
  });
});

beforeEach(() => settled(upstream));

afterAll(async () => {
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

/** The word that a request asks to have back. */
const wordOf = ({ text }: SeenRequest): string => /say (\w+)/.exec(text)?.[1] ?? 'nothing';

async function ask(word: string, { model = 'kept', stream = false } = {}): Promise<string> {
  const body = { model, stream, messages: [{ role: 'user', content: `say ${word}` }] };
  const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
  const { text } = await answer.whole();
  expect([answer.status, text]).toEqual([200, expect.any(String)]);
  if (!stream) return JSON.parse(text).choices[0].message.content;
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)).choices[0]?.delta?.content ?? '')
    .join('');
}

const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const completion = (word: string): string =>
  JSON.stringify({ object: 'chat.completion', choices: [{ message: { content: word }, finish_reason: 'stop' }] });

/** Whole answers on the wire, by the way in which their end is known. */
const ANSWERS: Readonly<Record<string, (word: string) => string>> = {
  'with a length': (word) =>
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${completion(word).length}\r\n\r\n${completion(word)}`,
  'in chunks': (word) =>
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(completion(word))}0\r\n\r\n`,
  'a stream': (word) =>
    `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(sseText(chatEvents([word])))}0\r\n\r\n`,
};

/** When what nobody asked for goes out, beside an answer. */
const MOMENTS: Readonly<Record<string, (wire: Wire, answer: string, surplus: string) => Promise<void>>> = {
  'in the same packet': (wire, answer, surplus) => wire.write(answer + surplus),
  'right behind it': async (wire, answer, surplus) => {
    await wire.write(answer);
    await wire.write(surplus);
  },
  'a moment later': async (wire, answer, surplus) => {
    await wire.write(answer);
    await wire.wait(1);
    await wire.write(surplus);
  },
  'while the connection is idle': async (wire, answer, surplus) => {
    await wire.write(answer);
    await wire.wait(30);
    await wire.write(surplus);
  },
};

const CASES = Object.keys(ANSWERS).flatMap((form) => Object.keys(MOMENTS).map((moment) => [form, moment] as const));

describe('an answer too many goes to nobody', () => {
  test.each(CASES)('%s, %s', async (form, moment) => {
    const write = ANSWERS[form]!;
    upstream.script((request): Reply => {
      const word = wordOf(request);
      return { send: (wire) => MOMENTS[moment]!(wire, write(word), write('stolen')) };
    });
    for (let n = 0; n < 20; n++) expect(await ask(`word${n}`, { stream: form === 'a stream' })).toBe(`word${n}`);
  });

  test.each(CASES)('%s, %s, with many clients at once', async (form, moment) => {
    const write = ANSWERS[form]!;
    upstream.script((request): Reply => {
      const word = wordOf(request);
      return { send: (wire) => MOMENTS[moment]!(wire, write(word), write('stolen')) };
    });
    const words = Array.from({ length: 30 }, (_, n) => `client${n}`);
    const got = await Promise.all(words.map((word) => ask(word, { stream: form === 'a stream' })));
    expect(got).toEqual(words);
  });
});

describe('whatever is left on a connection closes it', () => {
  const whole = ANSWERS['with a length']!;
  test.each([
    ['half an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"half":'],
    ['a line end', '\r\n'],
    ['an interim answer', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a timeout that says so', 'HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'],
  ])('%s', async (_what, surplus) => {
    for (const moment of Object.values(MOMENTS)) {
      upstream.script((request): Reply => ({ send: (wire) => moment(wire, whole(wordOf(request)), surplus) }));
      for (let n = 0; n < 3; n++) expect(await ask(`w${n}`)).toBe(`w${n}`);
    }
    await eventually(() => upstream.openSockets === 0);
  });

  test('the rest of an answer that its client has given up', async () => {
    const body = completion('abandoned');
    upstream.script((request): Reply => ({
      async send(wire) {
        if (wordOf(request) !== 'leave') return wire.write(whole(wordOf(request)));
        await wire.write(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100000\r\n\r\n`);
        await wire.write(`data: ${JSON.stringify({ choices: [{ delta: { content: 'x' } }] })}\n\n`);
        await wire.until(new Promise<never>(() => {}));
        await wire.write(body);
      },
    }));
    const leaving = { model: 'kept', stream: true, messages: [{ role: 'user', content: 'say leave' }] };
    const answer = await send(`${gateway.url}/v1/chat/completions`, { body: leaving });
    await answer.textUntil('"x"');
    const asked = upstream.requests.at(-1)!;
    answer.leave();
    await asked.closed;
    for (let n = 0; n < 3; n++) expect(await ask(`after${n}`)).toBe(`after${n}`);
    expect(upstream.requests.at(-1)!.connection).not.toBe(asked.connection);
  });
});

describe('an answer that nobody reads to its end takes its connection with it', () => {
  test.each([
    ['of a status that there is not', 'kept', 'HTTP/1.1 999 Odd\r\nContent-Length: 100000\r\n\r\nbegun'],
    [
      'with events that are damaged',
      'bedrock',
      'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nContent-Length: 100000\r\n\r\nthis is no frame at all',
    ],
  ])('%s', async (_what, model, text) => {
    upstream.script({
      async send(wire) {
        await wire.write(text);
        await wire.until(new Promise<never>(() => {}));
      },
    });
    const body = { model, stream: model === 'bedrock', messages: [{ role: 'user', content: 'hi' }] };
    const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
    expect([answer.status, (await answer.json()).error.code]).toEqual([502, 'upstream_broken_answer']);
    await upstream.requests.at(-1)!.closed;
  });
});

describe('an answer whose end is in doubt is a broken one', () => {
  const text = completion('doubtful');
  test.each([
    ['a negative length', `Content-Length: -1\r\n\r\n${text}`, 'http_content_length'],
    ['a length that is no number', `Content-Length: abc\r\n\r\n${text}`, 'http_content_length'],
    ['two lengths', `Content-Length: 2\r\nContent-Length: ${text.length}\r\n\r\n${text}`, 'http_content_length'],
    [
      'a length and chunks',
      `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(text)}0\r\n\r\n`,
      'http_transfer_encoding',
    ],
    ['an unknown transfer encoding', `Transfer-Encoding: gzip, chunked\r\n\r\n`, 'http_transfer_encoding'],
    ['a folded header', `X-A: b\r\n Content-Length: 3\r\n\r\n${text}`, 'http_header'],
    ['a blank before a colon', `Content-Length : 3\r\n\r\n${text}`, 'http_header'],
    [
      'a chunk that is longer than it says',
      `Transfer-Encoding: chunked\r\n\r\n2\r\n${text}\r\n0\r\n\r\n`,
      'http_chunk',
    ],
  ])('%s', async (_what, rest, code) => {
    upstream.script({
      async send(wire) {
        await wire.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${rest}`);
        await wire.until(wire.request.closed);
      },
    });
    const body = { model: 'kept', messages: [{ role: 'user', content: 'hi' }] };
    const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ error: { code: 'upstream_broken_answer' } });
    const traceId = answer.headers['x-trace-id'];
    const line = await eventually(() => gateway.logs().find((one) => one.trace_id === traceId));
    expect(JSON.stringify(line)).toContain(code);
    await upstream.requests.at(-1)!.closed;
  });
});

test('with keep_alive off every request has a connection of its own', async () => {
  upstream.script((request): Reply => ({ send: (wire) => wire.write(ANSWERS['with a length']!(wordOf(request))) }));
  const before = upstream.connections;
  for (let n = 0; n < 5; n++) expect(await ask(`w${n}`, { model: 'single' })).toBe(`w${n}`);
  expect(upstream.connections - before).toBe(5);
  expect(upstream.requests.at(-1)!.headers['connection']).toBe('close');
  await eventually(() => upstream.openSockets === 0);
});

test('in another dialect answers do not shift either', async () => {
  const message = (word: string): string => {
    const content = [{ type: 'text', text: word }];
    const body = JSON.stringify({ id: 'msg_1', type: 'message', role: 'assistant', content, stop_reason: 'end_turn' });
    return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  };
  for (const moment of Object.values(MOMENTS)) {
    upstream.script((request): Reply => ({
      send: (wire) => moment(wire, message(wordOf(request)), message('stolen')),
    }));
    for (let n = 0; n < 5; n++) expect(await ask(`w${n}`, { model: 'claude' })).toBe(`w${n}`);
  }
});
