// A delivery that is fed by two streams in turn: where the first breaks off, the second goes on.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import type { Exchange } from '../../src/core/exchange.ts';
import type { Outcome, StreamSource } from '../../src/core/outcome.ts';
import type { ServingLink } from '../../src/serving/serving-link.ts';
import { send } from '../kit/client.ts';
import { startGatewayHere } from '../kit/gateway-here.ts';
import type { GatewayHere } from '../kit/gateway-here.ts';
import { chatEvents, cutAfter, pieces, sse, sseText, stallAfter } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const words = (text: string) => [...chatEvents([text])].slice(1, 2);
const rest = (text: string) => [...chatEvents([text])].slice(1);
const OWN_ERROR = { error: { message: 'It is too much.', type: 'overloaded_error', code: 'overloaded' } };

/** Where a stream breaks off, another attempt goes on in its place; its client is told nothing. */
const rescue: ServingLink = {
  name: 'rescue',
  async serve(exchange, _client, { clock }, next) {
    exchange.delivery.readsRequest = true;
    const first = await next();
    return first.type === 'stream' ? goingOn(first, next, exchange, () => clock.now() - exchange.startedAt) : first;
  },
};

function goingOn(first: StreamSource, next: () => Promise<Outcome>, exchange: Exchange, ms: () => number): Outcome {
  let current = first;
  let isSecond = false;
  return {
    type: 'stream',
    attempt: first.attempt,
    status: first.status,
    headers: first.headers,
    get broken() {
      return current.broken;
    },
    get isWhole() {
      return current.isWhole === true;
    },
    async next() {
      const bytes = await current.next();
      if (bytes !== undefined || current.broken === undefined || isSecond) return bytes;
      isSecond = true;
      const second = await next();
      if (second.type !== 'stream') return undefined;
      current = second;
      exchange.delivery.serve(second.attempt, ms());
      return second.next();
    },
    cancel: () => current.cancel(),
  };
}

let one: Upstream;
let two: Upstream;
let gateway: GatewayHere;

beforeAll(async () => {
  one = await startUpstream(sse(rest('unused')));
  two = await startUpstream(sse(rest('unused')));
});

afterEach(async () => {
  await gateway.stop();
  await settled(one, two);
});

afterAll(async () => {
  await one.stop();
  await two.stop();
});

async function ask(first: Reply, second: Reply) {
  one.script(first);
  two.script(second);
  gateway = await startGatewayHere(
    {
      backends: [
        { name: 'one', url: one.url, protocol: 'openai' },
        { name: 'two', url: two.url, protocol: 'openai' },
      ],
      models: {
        mine: {
          routes: [
            { backend: 'one', model: 'm', priority: 1 },
            { backend: 'two', model: 'm', priority: 2 },
          ],
        },
      },
      fallback: { max_retries: 0 },
      timeout: { read_timeout: '300ms' },
    },
    { links: [rescue] },
  );
  const answer = await send(`${gateway.url}/v1/chat/completions`, {
    headers: { 'x-trace-id': 'rescued' },
    body: { model: 'mine', stream: true, messages: [{ role: 'user', content: 'Hi' }] },
  });
  const { text, ending } = await answer.whole();
  return { text, ending, record: await gateway.recordOf('rescued') };
}

describe('where the first stream', () => {
  test.each<readonly [string, Reply, failure: string]>([
    ['is cut', cutAfter(words('Hello ')), 'connection_reset'],
    ['falls silent', stallAfter(words('Hello ')), 'read_timeout'],
    ['ends in an error of its backend', sse([...words('Hello '), OWN_ERROR], { done: false }), 'overloaded'],
    ['does so in the chunk that it begins with', pieces([sseText([...words('Hello '), OWN_ERROR])]), 'overloaded'],
  ])('%s, the second goes on, and the client has one whole stream', async (_how, first, failure) => {
    const { text, ending, record } = await ask(first, sse(rest('world')));
    const contents = [...text.matchAll(/"content":"([^"]*)"/g)].map(([, content]) => content);
    expect(contents.join('')).toBe('Hello world');
    expect(text).not.toContain('error');
    expect(text.split('[DONE]').length).toBe(2);
    expect(ending).toBe('complete');
    expect(record).toMatchObject({
      status: 200,
      attempts: 2,
      backend: 'two',
      interrupted: false,
      errorCode: undefined,
      bytesOut: text.length,
      tries: [
        { backend: 'one', failure },
        { backend: 'two', failure: undefined },
      ],
    });
    const [asked] = two.requests;
    expect(asked?.text).toContain('"Hi"');
  });
});

test('where the second breaks off as well, the client is told of that, once', async () => {
  const { text, record } = await ask(cutAfter(words('Hello ')), sse([...words('wor'), OWN_ERROR], { done: false }));
  expect(text).toContain('Hello ');
  expect(text).toEndWith(`data: ${JSON.stringify(OWN_ERROR)}\n\n`);
  expect(text.split('"error"').length).toBe(2);
  expect(text).not.toContain('[DONE]');
  expect(record).toMatchObject({ interrupted: true, errorCode: 'overloaded', backend: 'two', attempts: 2 });
});
