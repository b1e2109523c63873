// Good statuses that are no answers: errors in forms of the vendors' own, empty answers, and streams under a wrong label.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { openaiChat as chat } from '../dialects/openai-chat.ts';
import type { Answer, Dialect } from '../dialects/spoken.ts';
import { DIALECTS, MODELS } from '../dialects/stage.ts';
import { send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { json, pieces, raw, sse } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const SAYS: Answer = { items: [{ text: 'A good answer.' }], finish: 'stop', usage: { input: 3, output: 9 } };

let bad: Upstream;
let good: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  [bad, good] = await Promise.all([startUpstream(json(200, {})), startUpstream(json(200, {}))]);
  const backends = DIALECTS.flatMap(({ protocol, base }) =>
    [bad, good].map(({ url }, index) => ({
      name: `${index === 0 ? 'bad' : 'good'}-${protocol}`,
      url: url.replace('/v1', base),
      protocol,
      api_key: 'sk-of-the-backend-1',
    })),
  );
  const model = (dialect: Dialect): string => MODELS.get(dialect) ?? '';
  const route = (which: string, dialect: Dialect, priority: number): object => ({
    backend: `${which}-${dialect.protocol}`,
    model: model(dialect),
    priority,
  });
  gateway = await startGateway({
    config: {
      backends,
      models: Object.fromEntries(
        DIALECTS.flatMap((dialect) => [
          [`pair-${dialect.protocol}`, { routes: [route('bad', dialect, 1), route('good', dialect, 2)] }],
          [`one-${dialect.protocol}`, { routes: [route('bad', dialect, 1)] }],
        ]),
      ),
      fallback: { cooldown_seconds: 0, max_retries: 1, backoff_initial: '1ms', backoff_max: '2ms' },
      detection: { error_codes: ['4xx', '5xx'] },
    },
  });
});

beforeEach(() => {
  good.script((request) => playing(request.json, request.path));
});

afterAll(async () => {
  await settled(bad, good);
  await gateway.stop();
  await Promise.all([bad.stop(), good.stop()]);
});

/** A good answer of whichever dialect was asked. */
function playing(body: Json, path: string): Reply {
  const back = dialectAt(path);
  return back.asked(body, path).stream ? pieces(back.events(SAYS)) : json(200, back.answer(SAYS));
}

function dialectAt(path: string): Dialect {
  const found = DIALECTS.find(({ protocol }) => PATHS.get(protocol)?.test(path));
  if (found === undefined) throw new Error(`nobody is asked at ${path}`);
  return found;
}

const PATHS = new Map([
  ['openai', /chat\/completions/],
  ['openai-responses', /\/responses/],
  ['anthropic', /\/messages/],
  ['gemini', /enerateContent/],
]);

async function ask(front: Dialect, alias: string, stream: boolean): Promise<RawAnswer> {
  const { path, body } = front.request({ turns: [{ role: 'user', items: [{ text: 'hi' }] }] }, alias, stream);
  const headers = { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' };
  return await send(`${gateway.url.replace(/\/v1$/, '')}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
}

async function read(front: Dialect, answer: RawAnswer, stream: boolean): Promise<Answer> {
  return stream ? front.readStream((await answer.whole()).text) : front.readAnswer(await answer.json());
}

/** What each try came to; null: it served. */
async function tries({ headers }: RawAnswer): Promise<unknown[]> {
  const id = headers['x-trace-id'];
  const line = await eventually(() =>
    gateway.logs().find(({ trace_id: one, tries: all }) => one === id && all !== undefined),
  );
  return line.tries.map(({ failure }: Json) => failure ?? null);
}

const BOTH = DIALECTS.flatMap((back) => [
  { back, front: back },
  { back, front: DIALECTS[(DIALECTS.indexOf(back) + 1) % DIALECTS.length] as Dialect },
]);

const FORMS: readonly (readonly [string, unknown, string])[] = [
  [
    'MiniMax: rate limit',
    { id: '', choices: null, base_resp: { status_code: 1002, status_msg: 'rate limit' } },
    'rate_limited',
  ],
  ['MiniMax: a key', { base_resp: { status_code: 1004, status_msg: 'login fail' } }, 'refused'],
  ['MiniMax: no balance', { base_resp: { status_code: 1008, status_msg: 'insufficient balance' } }, 'refused'],
  ['MiniMax: bad parameters', { base_resp: { status_code: '2013', status_msg: 'invalid params' } }, 'bad_request'],
  ['MiniMax: a code that nobody knows', { base_resp: { status_code: 7777, status_msg: '?' } }, 'server_error'],
  ['FastAPI', { detail: 'Service Unavailable' }, 'server_error'],
  ['FastAPI: a list', { detail: [{ loc: ['body'], msg: 'field required', type: 'missing' }] }, 'bad_request'],
  ['a sentence', { error: 'overloaded' }, 'server_error'],
  ['a sentence and its status', { error: 'too many', status: 429 }, 'rate_limited'],
  ['code and msg', { code: 1234, msg: 'system busy', data: null }, 'server_error'],
  ['a code that is a status', { code: 429, message: 'slow down', request_id: 'r' }, 'rate_limited'],
  [
    'Alibaba',
    { code: 'Throttling.RateQuota', message: 'Requests rate limit exceeded', request_id: 'r' },
    'rate_limited',
  ],
  ['success: false', { success: false, message: 'no channel', data: null }, 'server_error'],
  [
    'Cloudflare',
    { success: false, errors: [{ code: 10000, message: 'Authentication error' }], messages: [], result: null },
    'refused',
  ],
  ['AWS', { __type: 'com.amazon.coral.service#ThrottlingException', message: 'Too many requests' }, 'rate_limited'],
  ['AWS, capitalised', { Code: 'ServiceUnavailableException', Message: 'later' }, 'overloaded'],
  ['a problem document', { type: 'about:blank', title: 'Busy', status: 503, detail: 'later' }, 'overloaded'],
  ['Baidu', { error_code: 18, error_msg: 'Open api qps request limit reached' }, 'server_error'],
  ['vLLM', { object: 'error', message: 'busy', type: 'Busy', code: 429 }, 'rate_limited'],
];

describe('a vendor’s own error in a 200 is a failure by its code', () => {
  for (const { back, front } of BOTH) {
    for (const stream of [false, true]) {
      test.each(FORMS)(
        `${front.title} over ${back.title}, ${stream ? 'streamed' : 'plain'}: %s`,
        async (_name, body, kind) => {
          if (back !== chat && back.protocol !== 'openai-responses' && (body as Json).object === 'error') return;
          const data = JSON.stringify(body);
          const replies: Reply[] = [json(200, body)];
          if (stream)
            replies.push(pieces([`data: ${data}\n\n`]), json(200, body, { 'content-type': 'text/event-stream' }));
          const answers: RawAnswer[] = [];
          for (const reply of replies) {
            bad.script(reply);
            const answer = await ask(front, `pair-${back.protocol}`, stream);
            expect(answer.status).toBe(200);
            expect((await read(front, answer, stream)).items).toEqual(SAYS.items);
            answers.push(answer);
          }
          // Afterwards: the log is written a few times a second.
          for (const answer of answers) expect(await tries(answer)).toEqual([kind, null]);
        },
      );
    }
  }
});

test('a status_code of 0 beside an answer is none', async () => {
  bad.script(json(200, { ...chat.answer(SAYS), base_resp: { status_code: 0, status_msg: '' } }));
  expect((await read(chat, await ask(chat, 'one-openai', false), false)).items).toEqual(SAYS.items);
});

test('an error that its clients would not know is told in their dialect, with the status that it means', async () => {
  bad.script(json(200, { choices: null, base_resp: { status_code: 1002, status_msg: 'rate limit' } }));
  for (const stream of [false, true]) {
    const answer = await ask(chat, 'one-openai', stream);
    expect(answer.status).toBe(429);
    expect((await answer.json()).error.message).toBe('rate limit');
  }
});

describe('an error that says nothing', () => {
  for (const { back, front } of BOTH) {
    test.each([
      ['an empty one', {}],
      ['one of empty words', { message: '', type: '', param: null, code: null }],
      ['one of zeros', { code: 0, message: '', details: [] }],
    ])(`${front.title} over ${back.title}: %s beside a good answer is none`, async (_name, error) => {
      for (const stream of [false, true]) {
        bad.script(json(200, { ...back.answer(SAYS), error }));
        const answer = await ask(front, `one-${back.protocol}`, stream);
        expect(answer.status).toBe(200);
        if (!stream || front !== back) expect((await read(front, answer, stream)).items).toEqual(SAYS.items);
      }
    });

    test(`${front.title} over ${back.title}: alone, it is no answer`, async () => {
      for (const stream of [false, true]) {
        bad.script(json(200, { error: {} }));
        const answer = await ask(front, `pair-${back.protocol}`, stream);
        expect((await read(front, answer, stream)).items).toEqual(SAYS.items);
      }
    });
  }
});

describe('no answer', () => {
  const empty: Readonly<Record<string, readonly unknown[]>> = {
    openai: [
      { choices: [] },
      { choices: null },
      { choices: [{ index: 0, message: { role: 'assistant', content: null }, finish_reason: null }] },
    ],
    'openai-responses': [
      { object: 'response', output: [] },
      { object: 'response', status: 'incomplete', output: [] },
    ],
    anthropic: [{ type: 'message', role: 'assistant', content: [], stop_reason: null }],
    gemini: [
      { candidates: [] },
      { candidates: [{ index: 0, content: { role: 'model', parts: [] } }] },
      { usageMetadata: {} },
    ],
  };
  for (const { back, front } of BOTH) {
    for (const stream of [false, true]) {
      test(`${front.title} over ${back.title}, ${stream ? 'streamed' : 'plain'}`, async () => {
        const replies = [
          ...[{}, [], 'null', ...(empty[back.protocol] ?? [])].map((body) => json(200, body)),
          raw('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n'),
          raw('HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n'),
          raw('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
        ];
        for (const reply of replies) {
          bad.script(reply);
          const answer = await ask(front, `pair-${back.protocol}`, stream);
          expect(answer.status).toBe(200);
          expect((await read(front, answer, stream)).items).toEqual(SAYS.items);
          expect(await tries(answer)).toEqual(['broken_answer', null]);
        }
      });
    }
  }

  const ROLE = { choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] };
  const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null };
  const ENDED: Readonly<Record<string, readonly (readonly string[])[]>> = {
    openai: [['[DONE]'], [JSON.stringify(ROLE), '[DONE]'], [JSON.stringify({ choices: [], usage: {} }), '[DONE]']],
    anthropic: [
      [JSON.stringify({ type: 'message_start', message: MESSAGE }), JSON.stringify({ type: 'message_stop' })],
      [JSON.stringify({ type: 'message_stop' })],
    ],
  };
  for (const { back, front } of BOTH) {
    for (const events of ENDED[back.protocol] ?? []) {
      for (const stream of [false, true]) {
        test(`${front.title} over ${back.title}, ${stream ? 'streamed' : 'plain'}: no more than ${events.join()}`, async () => {
          bad.script(sse(events, { done: false }));
          const answer = await ask(front, `pair-${back.protocol}`, stream);
          expect(answer.status).toBe(200);
          expect((await read(front, answer, stream)).items).toEqual(SAYS.items);
          expect(await tries(answer)).toEqual(['broken_answer', null]);
        });
      }
    }
  }

  test.each([
    ['chat', 'openai', { choices: [{ index: 0, message: { role: 'assistant', content: '' }, finish_reason: 'stop' }] }],
    ['messages', 'anthropic', { type: 'message', role: 'assistant', content: [], stop_reason: 'end_turn' }],
    ['gemini', 'gemini', { promptFeedback: { blockReason: 'SAFETY' } }],
    ['responses', 'openai-responses', { object: 'response', status: 'completed', output: [] }],
  ])('%s: an empty answer that says why is one', async (_name, protocol, body) => {
    bad.script(json(200, body));
    const front = DIALECTS.find((dialect) => dialect.protocol === protocol) as Dialect;
    const answer = await ask(front, `pair-${protocol}`, false);
    expect([answer.status, await answer.json()]).toEqual([200, body]);
  });

  test('embeddings, moderations and others may answer what they like', async () => {
    for (const path of ['/v1/embeddings', '/v1/moderations']) {
      bad.script(json(200, { message: 'done', code: 1 }));
      const body = JSON.stringify({ model: 'one-openai', input: 'x' });
      const answer = await send(`${gateway.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect([answer.status, await answer.json()]).toEqual([200, { message: 'done', code: 1 }]);
    }
  });
});

describe('a label that is wrong', () => {
  const LABELS = ['application/json', 'text/plain', 'application/x-ndjson', 'application/octet-stream', undefined];
  for (const { back, front } of BOTH) {
    test.each(LABELS)(`${front.title} over ${back.title}: a stream labelled %s`, async (label) => {
      const events = back.events(SAYS);
      for (const parts of [
        events,
        ['\n\n', ...events],
        ['\uFEFF', ...events],
        [': hello\n\n', ...events],
        torn(events.join('')),
      ]) {
        bad.script(labelled(label, parts));
        const answer = await ask(front, `one-${back.protocol}`, true);
        expect(answer.status).toBe(200);
        expect(answer.headers['content-type']).toStartWith('text/event-stream');
        expect((await read(front, answer, true)).items).toEqual(SAYS.items);
      }
    });

    test.each(['text/event-stream', ...LABELS])(
      `${front.title} over ${back.title}: a stream that nobody asked for, labelled %s`,
      async (label) => {
        bad.script(labelled(label, back.events(SAYS)));
        const answer = await ask(front, `one-${back.protocol}`, false);
        expect(answer.status).toBe(200);
        expect(answer.headers['content-type']).toBe('application/json');
        expect(await read(front, answer, false)).toMatchObject({
          items: SAYS.items,
          finish: 'stop',
          usage: SAYS.usage,
        });
      },
    );

    test.each(['application/octet-stream', 'text/plain', undefined])(
      `${front.title} over ${back.title}: JSON labelled %s`,
      async (label) => {
        for (const stream of [false, true]) {
          bad.script(labelled(label, [JSON.stringify(back.answer(SAYS))]));
          const answer = await ask(front, `one-${back.protocol}`, stream);
          expect(answer.status).toBe(200);
          if (stream) expect((await answer.whole()).text).toContain('A good answer.');
          else expect((await read(front, answer, stream)).items).toEqual(SAYS.items);
          expect(answer.headers['content-type']).toStartWith(stream ? 'text/event-stream' : 'application/json');
        }
      },
    );
  }

  test('an answer that nobody asked to be streamed and that breaks off is none', async () => {
    bad.script(labelled('text/event-stream', chat.events(SAYS).slice(0, 2)));
    const answer = await ask(chat, 'pair-openai', false);
    expect((await read(chat, answer, false)).items).toEqual(SAYS.items);
    expect(await tries(answer)).toEqual(['broken_answer', null]);
  });

  test('one that tells an error is one', async () => {
    bad.script(labelled('text/event-stream', ['data: {"error":{"message":"x","code":"rate_limit_exceeded"}}\n\n']));
    const answer = await ask(chat, 'pair-openai', false);
    expect(await tries(answer)).toEqual(['rate_limited', null]);
  });

  test('lines of JSON are a stream', async () => {
    const lines = chat
      .events(SAYS)
      .map((event) => event.replace(/^data: /, '').replace('\n\n', '\r\n'))
      .filter((line) => !line.startsWith('[DONE]'));
    for (const parts of [lines, torn(lines.join(''))]) {
      bad.script(labelled('application/x-ndjson', parts));
      expect((await read(chat, await ask(chat, 'one-openai', true), true)).items).toEqual(SAYS.items);
    }
  });

  test('HTML labelled as JSON is broken', async () => {
    for (const stream of [false, true]) {
      bad.script(json(200, '<html>data: x</html>'));
      const answer = await ask(chat, 'pair-openai', stream);
      expect(await tries(answer)).toEqual(['broken_answer', null]);
    }
  });

  test.each(['-1', 'abc', 'two', '1, 2', '+5', '0x10', ''])('a length of `%s` is a broken answer', async (length) => {
    const body = JSON.stringify(chat.answer(SAYS));
    bad.script(raw(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`));
    const answer = await ask(chat, 'pair-openai', false);
    expect(answer.status).toBe(200);
    expect(await tries(answer)).toEqual(['broken_answer', null]);
  });
});

/** In pieces that end inside the first field's name, its blank, and its value. */
function torn(text: string): string[] {
  return [text.slice(0, 2), text.slice(2, 5), text.slice(5, 6), text.slice(6, 20), text.slice(20)];
}

function labelled(label: string | undefined, parts: readonly string[]): Reply {
  return {
    async send(wire) {
      const type = label === undefined ? '' : `content-type: ${label}\r\n`;
      await wire.write(`HTTP/1.1 200 OK\r\n${type}transfer-encoding: chunked\r\n\r\n`);
      for (const part of parts) await wire.write(`${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`);
      await wire.write('0\r\n\r\n');
    },
  };
}
