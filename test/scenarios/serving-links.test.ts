// What stands before the attempts: a link that answers by itself, passes on, replaces an answer or refuses.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import type { Outcome } from '../../src/core/outcome.ts';
import { Refusal } from '../../src/core/refusal.ts';
import type { ServingLink } from '../../src/serving/serving-link.ts';
import { open, requestBytes, send } from '../kit/client.ts';
import { startGatewayHere } from '../kit/gateway-here.ts';
import type { GatewayHere } from '../kit/gateway-here.ts';
import { chatAnswer, chatEvents, hold, sseText, streamOf } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const PLAIN = JSON.stringify({ id: 'kept', choices: [{ message: { role: 'assistant', content: 'from memory' } }] });
const STREAM = sseText(chatEvents(['from ', 'memory']));

let upstream: Upstream;
const gateways: GatewayHere[] = [];

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('from the backend'));
});

afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.stop();
  await settled(upstream);
});

afterAll(() => upstream.stop());

async function started(link: ServingLink, more: object = {}): Promise<GatewayHere> {
  const backends = [{ name: 'one', url: upstream.url, protocol: 'openai' as const }];
  const models = { mine: { routes: [{ backend: 'one', model: 'm' }] } };
  const gateway = await startGatewayHere({ backends, models, ...more }, { links: [link] });
  gateways.push(gateway);
  return gateway;
}

async function ask(gateway: GatewayHere, traceId: string, body: object = {}) {
  const answer = await send(`${gateway.url}/v1/chat/completions`, {
    headers: { 'x-trace-id': traceId },
    body: { model: 'mine', messages: [{ role: 'user', content: 'Hi' }], ...body },
  });
  const { text, ending } = await answer.whole();
  return { answer, text, ending, record: await gateway.recordOf(traceId) };
}

/** Answers from memory: a stream piece by piece. */
const memory: ServingLink = {
  name: 'memory',
  serve: ({ stream }) => Promise.resolve(stream ? streamed(STREAM) : plain(PLAIN)),
};

function plain(text: string): Outcome {
  const headers = new Headers({ 'content-type': 'application/json' });
  return { type: 'plain', status: 200, headers, body: new TextEncoder().encode(text), json: JSON.parse(text) };
}

function streamed(text: string): Outcome {
  const events = text.split(/(?<=\n\n)/).map((event) => new TextEncoder().encode(event));
  return {
    type: 'stream',
    status: 200,
    headers: new Headers({ 'content-type': 'text/event-stream' }),
    next: () => Promise.resolve(events.shift()),
    cancel: () => void events.splice(0),
  };
}

describe('a link that answers from memory', () => {
  test('does not wait for backends that are full, nor spend of budgets, and meets the rates', async () => {
    const held = hold();
    upstream.script(held);
    const asksFirst: ServingLink = {
      name: 'memory',
      serve: (exchange, client, context, next) =>
        exchange.traceId === 'to-the-backend' ? next() : memory.serve(exchange, client, context, next),
    };
    const gateway = await started(asksFirst, {
      concurrency: { enabled: true, max_requests: 1, max_queue_size: 1, queue_timeout: '60s' },
      models: { mine: { routes: [{ backend: 'one', model: 'm' }], budgets: [{ requests: 1, per: 'total' }] } },
      rate_limit: { enabled: true, global_rps: 0.001, burst_factor: 3000 },
    });
    const first = ask(gateway, 'to-the-backend');
    await eventually(() => upstream.requests.length > 0);
    expect((await ask(gateway, 'kept-1')).text).toBe(PLAIN);
    expect((await ask(gateway, 'kept-2')).text).toBe(PLAIN);
    expect((await ask(gateway, 'one-too-many')).answer.status).toBe(429);
    held.release();
    expect((await first).answer.status).toBe(200);
    upstream.script(chatAnswer('from the backend'));
  });

  test.each([
    ['a plain answer', {}, PLAIN],
    ['a stream', { stream: true }, STREAM],
  ])('%s reaches the client, and no attempt is told of', async (_what, body, expected) => {
    const gateway = await started(memory);
    const before = upstream.requests.length;
    const { answer, text, ending, record } = await ask(gateway, 'from-memory', body);
    expect([answer.status, text, ending]).toEqual([200, expected, 'complete']);
    expect(answer.headers).toMatchObject({ 'x-trace-id': 'from-memory' });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('x-llm-proxy'))).toEqual([]);
    expect(record).toMatchObject({
      status: 200,
      attempts: 0,
      tries: [],
      backend: undefined,
      model: undefined,
      usage: undefined,
      alias: 'mine',
      aliasLabel: 'mine',
      errorCode: undefined,
      interrupted: false,
      bytesOut: expected.length,
    });
    expect(record.ttftMs).toBeNumber();
    expect(upstream.requests.length).toBe(before);
  });

  test('a long answer that its client does not take is given up after write_timeout', async () => {
    const long = JSON.stringify({ text: 'x'.repeat(32 * 1024 * 1024) });
    const link: ServingLink = { name: 'long', serve: () => Promise.resolve(plain(long)) };
    const gateway = await started(link, { timeout: { write_timeout: '1s' } });
    const url = `${gateway.url}/v1/chat/completions`;
    const client = await open(url);
    client.pause();
    await client.write(requestBytes(url, { headers: { 'x-trace-id': 'slow' }, body: { model: 'mine', messages: [] } }));
    expect(await gateway.recordOf('slow')).toMatchObject({ attempts: 0, errorCode: 'write_timeout' });
    client.leave();
  });
});

test('a link that passes on changes nothing', async () => {
  const gateway = await started({ name: 'through', serve: (_exchange, _client, _context, next) => next() });
  const { answer, text, record } = await ask(gateway, 'passed-on');
  expect(JSON.parse(text).choices[0].message.content).toBe('from the backend');
  expect(answer.headers).toMatchObject({ 'x-llm-proxy-backend': 'one', 'x-llm-proxy-attempts': '1' });
  expect(record).toMatchObject({ attempts: 1, backend: 'one' });
});

test('a link that answers in place of attempts that failed tells of them, but not that they served', async () => {
  upstream.script([{ send: (wire) => wire.write('HTTP/1.1 500 no\r\ncontent-length: 0\r\n\r\n') }]);
  const gateway = await started(
    {
      name: 'stale',
      async serve(_exchange, _client, _context, next) {
        const outcome = await next();
        return outcome.type === 'exhausted' ? plain(PLAIN) : outcome;
      },
    },
    { fallback: { max_retries: 0 } },
  );
  const { answer, text, record } = await ask(gateway, 'stale');
  upstream.script(chatAnswer('from the backend'));
  expect([answer.status, text]).toEqual([200, PLAIN]);
  expect(answer.headers['x-llm-proxy-backend']).toBeUndefined();
  expect(record).toMatchObject({ status: 200, attempts: 1, backend: undefined, errorCode: undefined });
});

describe('a link that lets requests share one answer', () => {
  /** The first of equal requests asks; those that come meanwhile get its answer, or ask for themselves if it got none. */
  function coalescing(): ServingLink {
    const underWay = new Map<string, Promise<Outcome>>();
    return {
      name: 'coalescing',
      async serve({ body }, _client, _context, next) {
        const key = body?.text ?? '';
        const first = underWay.get(key);
        if (first !== undefined) {
          const outcome = await first;
          return outcome.type === 'plain' ? { ...outcome, attempt: undefined } : next();
        }
        const own = next();
        underWay.set(key, own);
        try {
          return await own;
        } finally {
          underWay.delete(key);
        }
      },
    };
  }

  const under = (gateway: GatewayHere, count: number) => eventually(() => gateway.app.gateway.exchanges.size === count);

  test('makes one attempt, which is the first one’s alone', async () => {
    const gate = hold(chatAnswer('shared'));
    upstream.script(gate);
    const gateway = await started(coalescing());
    const before = upstream.requests.length;
    const first = ask(gateway, 'first');
    await gate.reached;
    const second = ask(gateway, 'second');
    await under(gateway, 2);
    gate.release();
    const [leader, follower] = await Promise.all([first, second]);
    upstream.script(chatAnswer('from the backend'));
    expect(follower.text).toBe(leader.text);
    expect(upstream.requests.length - before).toBe(1);
    expect(leader.record).toMatchObject({ attempts: 1, backend: 'one' });
    expect(leader.record.usage).toBeDefined();
    // What is paid for once is counted once.
    expect(follower.record).toMatchObject({ attempts: 0, backend: undefined, usage: undefined, status: 200 });
  });

  test('asks again for whoever waited for one whose client has left', async () => {
    const gate = hold(chatAnswer('too late'));
    upstream.script([gate, chatAnswer('asked again')]);
    const gateway = await started(coalescing());
    const url = `${gateway.url}/v1/chat/completions`;
    const body = { model: 'mine', messages: [{ role: 'user', content: 'Hi' }] };
    const leaving = await open(url);
    await leaving.write(requestBytes(url, { headers: { 'x-trace-id': 'leaving' }, body }));
    await gate.reached;
    const second = ask(gateway, 'second');
    await under(gateway, 2);
    leaving.leave();
    const { text, record } = await second;
    gate.release();
    upstream.script(chatAnswer('from the backend'));
    expect(JSON.parse(text).choices[0].message.content).toBe('asked again');
    expect(record).toMatchObject({ attempts: 1, status: 200 });
    expect(await gateway.recordOf('leaving')).toMatchObject({ status: 499 });
  });
});

describe('a link that refuses', () => {
  const refusing = (whenMs: number): ServingLink => ({
    name: 'guard',
    async serve(_exchange, _client, { clock }) {
      await new Promise<void>((resolve) => void clock.after(whenMs, resolve));
      throw new Refusal('invalid_request', 'The guard says no.');
    },
  });

  test('is what the client gets', async () => {
    const { answer, text, record } = await ask(await started(refusing(0)), 'refused');
    expect([answer.status, JSON.parse(text).error.message]).toEqual([400, 'The guard says no.']);
    expect(record).toMatchObject({ refused: true, errorCode: 'invalid_request', attempts: 0 });
  });

  test('late, in a stream that was kept alive, by an error event', async () => {
    upstream.script(streamOf(['Hi']));
    const gateway = await started(refusing(300), { stream: { keepalive: '100ms' } });
    const { answer, text } = await ask(gateway, 'late', { stream: true });
    upstream.script(chatAnswer('from the backend'));
    expect(answer.status).toBe(200);
    expect(text).toStartWith(':');
    expect(text).toContain('The guard says no.');
  });
});
