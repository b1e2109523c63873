// Clients of `:streamGenerateContent` who did not ask for SSE: one JSON array, streamed, whatever the backend speaks.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { anthropicMessages } from '../dialects/anthropic-messages.ts';
import { gemini } from '../dialects/gemini.ts';
import type { Answer, Dialect } from '../dialects/spoken.ts';
import { send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { json, pieces, stallAfter } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const BACKS = [gemini, anthropicMessages].map((back) => [back.title, back] as const);
const SAYS: Answer = { items: [{ text: 'Hello, “world” 🙂' }], finish: 'stop', usage: { input: 3, output: 2 } };
const QUOTA = {
  error: {
    code: 429,
    message: 'slow down',
    status: 'RESOURCE_EXHAUSTED',
    details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '17s' }],
  },
};

let upstream: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await startUpstream(json(200, {}));
  gateway = await startGateway({
    config: {
      backends: BACKS.map(([, { protocol, base }]) => ({
        name: protocol,
        url: upstream.url.replace('/v1', base),
        protocol,
      })),
      models: Object.fromEntries(
        BACKS.flatMap(([, { protocol }]) => {
          const routes = [{ backend: protocol, model: 'm' }];
          const timeout = { first_byte_timeout: '350ms' };
          return [
            [`to-${protocol}`, { routes }],
            [`soon-to-${protocol}`, { routes, timeout }],
          ];
        }),
      ),
      fallback: { cooldown_seconds: 0, max_retries: 0 },
      stream: { keepalive: '100ms' },
    },
  });
});

afterAll(async () => {
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

async function ask(
  back: Dialect,
  reply: Reply,
  alias = `to-${back.protocol}`,
): Promise<RawAnswer & { readonly body: string }> {
  upstream.script(reply);
  const answer = await send(`${gateway.url}/v1beta/models/${alias}:streamGenerateContent`, {
    body: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
  });
  const { text, ending } = await answer.whole();
  expect(ending).toBe('complete');
  expect(answer.headers['content-type']).toContain('application/json');
  return Object.assign(answer, { body: text });
}

const saidIn = (chunks: readonly Json[]): string =>
  chunks.map(({ candidates }) => candidates?.[0]?.content?.parts?.[0]?.text ?? '').join('');

describe.each(BACKS)('before %s', (_title, back) => {
  test('a stream is a JSON array, and is called so', async () => {
    const { body } = await ask(back, pieces(back.events(SAYS)));
    expect(saidIn(JSON.parse(body))).toBe('Hello, “world” 🙂');
  });

  test('a plain answer is an array of one', async () => {
    const { body } = await ask(back, json(200, back.answer(SAYS)));
    expect(saidIn(JSON.parse(body))).toBe('Hello, “world” 🙂');
  });

  test('an error after silence is an array of one', async () => {
    const { body } = await ask(back, stallAfter(), `soon-to-${back.protocol}`);
    expect(body).toStartWith('\n');
    expect(JSON.parse(body)[0].error).toMatchObject({ code: 504, status: 'DEADLINE_EXCEEDED' });
  });

  test('a stream without its finish ends open, with the error as its last element', async () => {
    const { body } = await ask(back, pieces([back.events(SAYS).slice(0, -3).join('')]));
    expect(() => JSON.parse(body)).toThrow();
    expect(JSON.parse(`${body}]`).at(-1).error).toMatchObject({ code: 502, status: 'UNAVAILABLE' });
  });
});

test('an upstream’s error that comes first is passed on in the array', async () => {
  const answer = await ask(gemini, pieces([`data: ${JSON.stringify(QUOTA)}\n\n`]));
  expect(answer.status).toBe(200);
  expect(answer.headers['retry-after']).toBe('17');
  expect(answer.body).toBe(`[${JSON.stringify(QUOTA)}]`);
});

test('an upstream’s error that comes first, but late, is passed on in the array', async () => {
  const { body } = await ask(gemini, pieces([': wait\n\n', `data: ${JSON.stringify(QUOTA)}\n\n`], { gapMs: 250 }));
  expect(body.trim()).toBe(`[${JSON.stringify(QUOTA)}]`);
});

test('an upstream’s error after content is the last element of an array that ends open', async () => {
  const [first = ''] = gemini.events(SAYS);
  const { body } = await ask(gemini, pieces([first, `data: ${JSON.stringify(QUOTA)}\n\n`]));
  expect(() => JSON.parse(body)).toThrow();
  expect(JSON.parse(`${body}]`).at(-1)).toEqual(QUOTA);
});
