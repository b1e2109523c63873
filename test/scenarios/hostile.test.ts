import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import { bigBody, chatAnswer, chatEvents, json, raw, sseText, streamOf, type Reply } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { parseSse } from '../kit/sse.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

let first: Upstream;
let second: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  first = await startUpstream(chatAnswer('one'));
  second = await startUpstream((request) => (request.json.stream === true ? streamOf('two') : chatAnswer('two')));
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'first', url: first.url, timeout: { read_timeout: '5s', first_byte_timeout: '5s' } },
        { name: 'second', url: second.url },
      ],
      models: {
        one: { routes: [{ backend: 'first', model: 'm' }] },
        pair: {
          routes: [
            { backend: 'first', model: 'm', priority: 1 },
            { backend: 'second', model: 'm', priority: 2 },
          ],
        },
      },
      fallback: { max_retries: 1, cooldown_seconds: 0, backoff_initial: '1ms', backoff_max: '1ms' },
    },
  });
});

afterAll(async () => {
  await settled(first, second);
  await gateway.stop();
  await Promise.all([first.stop(), second.stop()]);
});

async function ask(model: string, reply: Reply, stream = false) {
  first.script(reply);
  const body = { model, messages: [{ role: 'user', content: 'hi' }], ...(stream ? { stream } : {}) };
  const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
  const { text, ending } = await answer.whole();
  return { status: answer.status, headers: answer.headers, text, ending };
}

/** What the model said, of an answer that must be whole. */
function said({ status, text, ending }: Awaited<ReturnType<typeof ask>>, stream: boolean): string {
  expect([status, ending]).toEqual([200, 'complete']);
  if (!stream) return JSON.parse(text).choices[0].message.content;
  const seen = parseSse(text);
  expect([seen.done, seen.rest]).toEqual([true, '']);
  return seen.json.map((event) => event.choices[0]?.delta?.content ?? '').join('');
}

async function expectUnharmed(): Promise<void> {
  expect(said(await ask('one', chatAnswer('fine')), false)).toBe('fine');
  expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
}

const PLAIN = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'one' }, finish_reason: 'stop' }],
});
const STREAMED = sseText(chatEvents(['on', 'e']));

/** An answer's bytes: its head, and its body with a length, in one chunk, or up to the end of the connection. */
function bytesOf(body: string, type: string, framing: 'length' | 'chunked' | 'close', more = ''): Buffer {
  const length = Buffer.byteLength(body);
  const fields = {
    length: `content-length: ${length}`,
    chunked: 'transfer-encoding: chunked',
    close: 'connection: close',
  };
  const framed = framing === 'chunked' ? `${length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
  return Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${more}${fields[framing]}\r\n\r\n${framed}`);
}

describe.each([
  ['plain', false, PLAIN, 'application/json'],
  ['streaming', true, STREAMED, 'text/event-stream'],
] as const)('to a %s request', (_, stream, body, type) => {
  const garbage = Buffer.from(Array.from({ length: 4096 }, (_byte, at) => (at * 197 + 31) % 256));
  const gzipped = gzipSync(body);
  const badGzip = (bytes: Uint8Array) =>
    Buffer.concat([
      Buffer.from(
        `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-encoding: gzip\r\ncontent-length: ${bytes.length}\r\n\r\n`,
      ),
      bytes,
    ]);

  test.each([
    ['garbage', raw(garbage)],
    ['garbage as text', raw('hello there\r\n\r\nhow are you?\r\n')],
    ['status 999', raw(bytesOf(body, type, 'length').toString().replace('200 OK', '999 Odd'))],
    ['a body called gzip that is none', raw(badGzip(Buffer.from(body)))],
    ['gzip that is damaged', raw(badGzip(Buffer.from(gzipped).fill(0x55, 12, 40)))],
    ['gzip that is cut', raw(badGzip(gzipped.subarray(0, 40)))],
    ['nothing', raw('')],
    ['an empty stream', raw(bytesOf('', 'text/event-stream', 'length'))],
    ['HTML', raw(bytesOf('<html><body>Sign in</body></html>', 'text/html', 'length'))],
    [
      'a length that is no number',
      raw(
        bytesOf(body, type, 'length')
          .toString()
          .replace(/length: \d+/, 'length: many'),
      ),
    ],
    [
      'a chunk size that is no number',
      raw(
        bytesOf(body, type, 'chunked')
          .toString()
          .replace(/\r\n\r\n[0-9a-f]+/, '\r\n\r\nxyz'),
      ),
    ],
  ])('%s goes to the next route', async (_name, reply) => {
    expect(said(await ask('pair', reply, stream), stream)).toBe('two');
    const alone = await ask('one', reply, stream);
    expect(alone.status).toBeGreaterThanOrEqual(500);
    expect(JSON.parse(alone.text).error.message).toBeString();
    await expectUnharmed();
  });

  test.each([
    ['both a length and chunks', bytesOf(body, type, 'chunked', 'content-length: 5\r\n')],
    ['two lengths', bytesOf(body, type, 'length', 'content-length: 5\r\n')],
    ['a header of 1 MB', bytesOf(body, type, 'length', `x-long: ${'x'.repeat(1_000_000)}\r\n`)],
    [
      '10,000 headers',
      bytesOf(body, type, 'length', Array.from({ length: 10_000 }, (_l, n) => `x-${n}: y\r\n`).join('')),
    ],
  ])('%s is read right or routed around', async (_name, bytes) => {
    expect(['one', 'two']).toContain(said(await ask('pair', raw(bytes), stream), stream));
    await expectUnharmed();
  });

  test.each(['length', 'chunked', 'close'] as const)(
    'a close at every offset of an answer framed by %s is no truncated success',
    async (framing) => {
      const bytes = bytesOf(body, type, framing);
      for (let at = 0; at <= bytes.length; at++) {
        const answer = await ask('one', raw(bytes.subarray(0, at)), stream);
        const verdict = verdictOf(answer, stream);
        if (verdict === 'dishonest')
          expect({ at, sent: bytes.toString('utf8', 0, at), ...answer, verdict }).toMatchObject({ verdict: 'honest' });
        if (at === bytes.length) expect(verdict).toBe('right');
      }
      await expectUnharmed();
    },
    60_000,
  );
});

/** Whether an answer is what the model said, says that it is not, or pretends. */
function verdictOf({ status, text, ending }: Awaited<ReturnType<typeof ask>>, stream: boolean) {
  if (ending === 'broken') return 'honest';
  if (status >= 500) return JSON.parse(text).error.message === undefined ? 'dishonest' : 'honest';
  if (status !== 200) return 'dishonest';
  if (!stream) return text === PLAIN ? 'right' : 'dishonest';
  if (text === STREAMED) return 'right';
  const seen = parseSse(text);
  return !seen.done && seen.json.at(-1)?.error !== undefined ? 'honest' : 'dishonest';
}

test('an error body of 20 MB is not taken in', async () => {
  const { status } = await ask('one', json(500, `{"error":{"message":"${'x'.repeat(20_000_000)}"}}`));
  expect(status).toBeGreaterThanOrEqual(500);
  await expectUnharmed();
});

test('300 MB of a plain answer come through in flat memory', async () => {
  const size = 300 * 1024 * 1024;
  first.script(bigBody(size));
  await expectUnharmed();
  first.script(bigBody(size));
  const before = rssBytes();
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'one', messages: [] }),
  });
  let bytes = 0;
  let highest = before;
  for await (const piece of response.body!) {
    bytes += piece.length;
    highest = Math.max(highest, rssBytes());
  }
  expect([response.status, bytes]).toEqual([200, size]);
  // Garbage comes and goes; what was held of it would be there as a whole.
  expect((highest - before) / 1024 / 1024).toBeLessThan(150);
}, 60_000);

function rssBytes(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) * 1024;
}
