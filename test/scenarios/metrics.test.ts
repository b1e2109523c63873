import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { open, requestBytes, send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { findFreePort, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, chatEvents, cutAfter, sse, stall, stallAfter, status } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-the-gateway-1234';
const AUTHORIZED = { authorization: `Bearer ${KEY}` };

let first: Upstream;
let second: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  first = await startUpstream(chatAnswer('1'));
  second = await startUpstream(chatAnswer('2'));
});

afterEach(async () => {
  await gateway.stop();
  await settled(first, second);
});

afterAll(async () => {
  await Promise.all([first.stop(), second.stop()]);
});

async function start(metrics: object = {}, fallback: object = {}, more: object = {}): Promise<Gateway> {
  gateway = await startGateway({
    config: {
      proxy_api_key: KEY,
      backends: [
        { name: 'first', url: first.url },
        { name: 'second', url: second.url },
      ],
      models: {
        one: { routes: [{ backend: 'first', model: 'm' }] },
        'open/*': { routes: [{ backend: 'second', model: '*' }] },
      },
      fallback: { max_retries: 0, alias_fallback: { one: ['open/x'] }, ...fallback },
      metrics,
      ...more,
    },
  });
  return gateway;
}

async function ask(model: string, more: object = {}): Promise<RawAnswer> {
  const body = { model, messages: [{ role: 'user', content: 'hi' }], ...more };
  const answer = await send(`${gateway.url}/v1/chat/completions`, { body, headers: AUTHORIZED });
  await answer.whole();
  return answer;
}

async function scrape(): Promise<Map<string, number>> {
  const answer = await send(`${gateway.url}/metrics`, { headers: AUTHORIZED });
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const { text } = await answer.whole();
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

function total(found: Map<string, number>, name: string): number {
  return [...found].filter(([key]) => key.startsWith(`${name}{`)).reduce((sum, [, value]) => sum + value, 0);
}

describe('/metrics', () => {
  test('is behind the key', async () => {
    await start();
    const refused = await send(`${gateway.url}/metrics`);
    expect(refused.status).toBe(401);
    expect((await refused.json()).error.code).toBe('invalid_api_key');
    expect((await scrape()).size).toBeGreaterThan(20);
  });

  test('is open with metrics.public', async () => {
    await start({ public: true });
    expect((await send(`${gateway.url}/metrics`)).status).toBe(200);
  });

  test('is not there when switched off', async () => {
    await start({ enabled: false });
    expect((await send(`${gateway.url}/metrics`, { headers: AUTHORIZED })).status).toBe(404);
  });

  test('has an address of its own if the config says so, and only there', async () => {
    const port = await findFreePort();
    await start({ listen: `127.0.0.1:${port}` });
    const own = `http://127.0.0.1:${port}`;
    expect((await send(`${own}/metrics`)).status).toBe(401);
    expect((await send(`${own}/metrics`, { headers: AUTHORIZED })).status).toBe(200);
    expect((await send(`${own}/v1/models`, { headers: AUTHORIZED })).status).toBe(404);
    expect((await send(`${gateway.url}/metrics`, { headers: AUTHORIZED })).status).toBe(404);
  });

  test('tells what really happened, as the log does', async () => {
    await start();
    first.script([chatAnswer('1'), status(503), sse(chatEvents(['a', 'b']))]);
    second.script((_request, n) =>
      n === 0 ? chatAnswer('2') : cutAfter(chatEvents(['a', 'b', 'c']).slice(0, 3), { gapMs: 20 }),
    );
    await ask('one'); // served
    await ask('one'); // 503, L2 serves
    await ask('open/secret-name', { stream: true }); // cut
    await ask('nobody'); // 404
    await send(`${gateway.url}/v1/models`); // 401
    const lines = await eventually(() => (gateway.logs().length === 5 ? gateway.logs() : undefined));
    const found = await scrape();
    expect([...found.keys()].join()).not.toContain('secret-name');
    expect(total(found, 'llm_proxy_requests_total')).toBe(lines.length);
    expect(
      found.get('llm_proxy_requests_total{alias="one",backend="first",model="m",status="200",stream="false"}'),
    ).toBe(1);
    expect(
      found.get('llm_proxy_requests_total{alias="open/*",backend="second",model="*",status="200",stream="false"}'),
    ).toBe(1);
    expect(
      found.get('llm_proxy_requests_total{alias="open/*",backend="second",model="*",status="200",stream="true"}'),
    ).toBe(1);
    expect(found.get('llm_proxy_attempts_total{backend="first",model="m",outcome="overloaded"}')).toBe(1);
    expect(found.get('llm_proxy_fallbacks_total{from="one",to="open/*",level="L2"}')).toBe(1);
    expect(found.get('llm_proxy_cooldowns_total{backend="first",model="m"}')).toBe(1);
    expect(found.get('llm_proxy_backend_cooling{backend="first",model="m"}')).toBe(1);
    expect(found.get('llm_proxy_backend_up{backend="first"}')).toBe(1);
    expect(found.get('llm_proxy_interrupted_total{alias="open/*",backend="second"}')).toBe(1);
    expect(found.get('llm_proxy_refused_total{reason="model_not_found"}')).toBe(1);
    expect(found.get('llm_proxy_refused_total{reason="invalid_api_key"}')).toBe(1);
    expect(found.get('llm_proxy_in_flight{backend="second"}')).toBe(0);
    expect(total(found, 'llm_proxy_attempts_total')).toBe(lines.reduce((sum, { attempts }) => sum + attempts, 0));
    const outcome = (alias: string, of: string): number | undefined =>
      found.get(`llm_proxy_alias_requests_total{alias="${alias}",outcome="${of}"}`);
    expect(outcome('one', 'served')).toBe(1);
    expect(outcome('one', 'fallback')).toBe(1);
    expect(outcome('open/*', 'interrupted')).toBe(1);
    expect(total(found, 'llm_proxy_alias_requests_total')).toBe(3);
    expect(found.get('llm_proxy_alias_routes{alias="one"}')).toBe(1);
    expect(found.get('llm_proxy_alias_routes_open{alias="one"}')).toBe(0);
    expect(found.get('llm_proxy_alias_routes_open{alias="open/*"}')).toBe(1);
  });

  test("tells a provider's 400 from what the gateway refuses itself, and counts no names that scanners try", async () => {
    await start();
    first.script(status(400, { code: 'unknown_parameter' }));
    second.script(status(422, { code: 'unknown_parameter' }));
    for (const model of ['one', 'open/x', 'unknown', '../etc/passwd']) await ask(model);
    expect((await ask('one', { messages: 'none' })).status).toBe(400);
    await send(`${gateway.url}/v1/chat/completions`, { body: '{"model":"one"', headers: AUTHORIZED });
    const found = await eventually(async () => {
      const samples = await scrape();
      return total(samples, 'llm_proxy_requests_total') >= 6 && samples;
    });
    const outcomes = [...found].filter(
      ([name, value]) => name.startsWith('llm_proxy_alias_requests_total') && value > 0,
    );
    expect(Object.fromEntries(outcomes)).toEqual({
      'llm_proxy_alias_requests_total{alias="one",outcome="rejected"}': 2,
      'llm_proxy_alias_requests_total{alias="open/*",outcome="rejected"}': 1,
    });
  });

  test('tells a client that gave up before anything came from one that had enough', async () => {
    await start();
    first.script(stall());
    const waiting = await open(gateway.url);
    const body = { model: 'one', messages: [{ role: 'user', content: 'hi' }] };
    await waiting.write(requestBytes(`${gateway.url}/v1/chat/completions`, { body, headers: AUTHORIZED }));
    await eventually(() => first.inFlight === 1);
    waiting.leave();
    second.script(stallAfter(chatEvents(['a'], { finish: null })));
    const streamed = { ...body, model: 'open/x', stream: true };
    const answer = await send(`${gateway.url}/v1/chat/completions`, { body: streamed, headers: AUTHORIZED });
    await answer.textUntil('"a"');
    answer.leave();
    const found = await eventually(async () => {
      const samples = await scrape();
      return total(samples, 'llm_proxy_alias_requests_total') === 2 && samples;
    });
    expect(found.get('llm_proxy_alias_requests_total{alias="one",outcome="gave_up"}')).toBe(1);
    expect(found.get('llm_proxy_alias_requests_total{alias="open/*",outcome="client_left"}')).toBe(1);
  });

  test('holds a model name that a client made up against nobody, and one of the config against its alias', async () => {
    await start();
    first.script(status(404, { code: 'model_not_found' }));
    second.script(status(404, { code: 'model_not_found' }));
    await ask('open/typo');
    await ask('one');
    const found = await eventually(async () => {
      const samples = await scrape();
      return total(samples, 'llm_proxy_alias_requests_total') === 2 && samples;
    });
    expect(found.get('llm_proxy_alias_requests_total{alias="open/*",outcome="client_error"}')).toBe(1);
    expect(found.get('llm_proxy_alias_requests_total{alias="one",outcome="failed"}')).toBe(1);
    expect(found.get('llm_proxy_attempts_total{backend="second",model="*",outcome="not_found"}')).toBe(2);
  });

  test('counts what a backend calls invalid and another route serves', async () => {
    await start({}, {}, { detection: { error_codes: ['4xx', '5xx'] } });
    first.script(status(400));
    second.script(chatAnswer('2'));
    expect((await ask('one')).status).toBe(200);
    const found = await eventually(async () => {
      const samples = await scrape();
      return total(samples, 'llm_proxy_alias_requests_total') === 1 && samples;
    });
    expect(found.get('llm_proxy_rejected_then_served_total{backend="first",model="m"}')).toBe(1);
  });

  test('has what alerts look at from the start, at 0', async () => {
    await start();
    const found = await scrape();
    for (const series of [
      'llm_proxy_alias_requests_total{alias="one",outcome="failed"}',
      'llm_proxy_alias_requests_total{alias="open/*",outcome="turned_away"}',
      'llm_proxy_attempts_total{backend="first",model="m",outcome="refused"}',
      'llm_proxy_interrupted_total{alias="one",backend="first"}',
      'llm_proxy_alias_requests_total{alias="one",outcome="gave_up"}',
      'llm_proxy_rejected_then_served_total{backend="first",model="m"}',
      'llm_proxy_refused_total{reason="queue_full"}',
      'llm_proxy_refused_total{reason="model_not_found"}',
    ]) {
      expect([series, found.get(series)]).toEqual([series, 0]);
    }
  });

  test('tells that a provider refuses the key, until it serves again', async () => {
    await start({}, { cooldown_seconds: 1 });
    const refused = 'llm_proxy_backend_refused{backend="first",model="m"}';
    first.script(status(401));
    second.script(chatAnswer('2'));
    await ask('one');
    expect((await scrape()).get(refused)).toBe(1);
    first.script(chatAnswer('1'));
    await eventually(async () => {
      await ask('one');
      return (await scrape()).get(refused) === 0;
    });
  });
});
