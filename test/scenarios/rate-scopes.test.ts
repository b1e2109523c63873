import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import OpenAI, { RateLimitError } from 'openai';
import { open, requestBytes, send } from '../kit/client.ts';
import type { RawAnswer, SendOptions } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, hold, status } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const ADMIN_KEY = 'key-of-the-admin-1234-abc';
const KEY = 'key-of-the-gateway-1234';
const AUTHORIZED = { authorization: `Bearer ${KEY}` };
const MESSAGES = [{ role: 'user', content: 'Hello' }];
/** So slow that no token comes back within a test, however slow the machine. */
const NEVER = 0.001;
/** With this `burst_factor`, a rate of `NEVER * n` lets n requests in and then no more. */
const BURST = 1 / NEVER;

let upstream: Upstream;
let failing: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  failing = await startUpstream(status(500));
});

afterEach(async () => {
  try {
    await eventually(async () => {
      const { requests, backends } = await operatorsView();
      return requests.running === 0 && requests.waiting === 0 && backends.every((one: Json) => one.in_flight === 0);
    });
  } finally {
    await gateway.stop();
  }
  await settled(upstream, failing);
  upstream.script(chatAnswer('ok'));
});

afterAll(async () => {
  await Promise.all([upstream.stop(), failing.stop()]);
});

function configOf(limits: object, more: object = {}): object {
  const routes = [{ backend: 'a', model: 'm' }];
  return {
    proxy_api_key: KEY,
    // Operators come through the proxy, too.
    admin: { api_key: ADMIN_KEY },
    proxy: { trusted_proxies: ['127.0.0.1'] },
    backends: [
      { name: 'a', url: upstream.url },
      { name: 'failing', url: failing.url },
    ],
    models: {
      free: { routes },
      tight: { routes },
      'open/*': { routes: [{ backend: 'a', model: '*' }] },
      fallen: { routes: [{ backend: 'failing', model: 'm' }] },
    },
    fallback: { cooldown_seconds: 0, max_retries: 0, alias_fallback: { fallen: ['tight'] } },
    rate_limit: { enabled: true, burst_factor: BURST, ...limits },
    ...more,
  };
}

async function start(limits: object, more: object = {}): Promise<void> {
  gateway = await startGateway({ config: configOf(limits, more) });
}

/** Puts these limits into force by SIGHUP. */
async function reload(limits: object, more: object = {}): Promise<void> {
  const reloads = (): number => gateway.stderr().match(/config reloaded.*why=SIGHUP/g)?.length ?? 0;
  const before = reloads();
  gateway.writeConfig(configOf(limits, more));
  gateway.signal('SIGHUP');
  await eventually(() => reloads() > before);
}

async function operatorsView(): Promise<Json> {
  return await (
    await send(`${gateway.url}/admin/backends`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } })
  ).json();
}

interface Asking extends SendOptions {
  /** The chain that the trusted proxy tells. */
  readonly from?: string;
  readonly path?: string;
}

async function ask(model: string, { from = '192.0.2.1', path = '/v1/chat/completions', ...options }: Asking = {}) {
  const headers = { ...AUTHORIZED, 'x-forwarded-for': from, ...options.headers };
  const answer = await send(gateway.url + path, { body: { model, messages: MESSAGES }, ...options, headers });
  await answer.whole();
  return answer;
}

async function statuses(count: number, model = 'free', asking: Asking = {}): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < count; i++) found.push((await ask(model, asking)).status);
  return found;
}

async function messageOf(answer: RawAnswer): Promise<string> {
  const { error } = await answer.json();
  expect([answer.status, error.code]).toEqual([429, 'rate_limit_exceeded']);
  return error.message;
}

describe('the answer names the limit that was reached', () => {
  test('the global one, whoever asks for whatever', async () => {
    await start({ global_rps: NEVER * 2 });
    expect(await statuses(1, 'free', { from: '192.0.2.1' })).toEqual([200]);
    expect(await statuses(1, 'tight', { from: '192.0.2.2' })).toEqual([200]);
    const refused = await ask('open/x', { from: '192.0.2.3' });
    expect(await messageOf(refused)).toStartWith('The global rate limit is reached');
    expect(refused.headers['x-ratelimit-limit-requests']).toBe('2');
    expect(refused.headers['x-ratelimit-remaining-requests']).toBe('0');
  });

  test('the one of the alias, with its name', async () => {
    await start({ per_model_rps: { tight: NEVER } });
    expect(await statuses(1, 'tight')).toEqual([200]);
    const refused = await ask('tight', { from: '192.0.2.2' });
    expect(await messageOf(refused)).toStartWith('The rate limit of the model `tight` is reached');
    expect(refused.headers['x-ratelimit-limit-requests']).toBe('1');
    expect(await statuses(5, 'free')).toEqual([200, 200, 200, 200, 200]);
  });

  test('of several, the one that lasts longest, so that Retry-After holds', async () => {
    await start({ burst_factor: 1, global_rps: 0.01, per_model_rps: { tight: 0.001 } });
    expect(await statuses(1, 'tight')).toEqual([200]);
    const tight = await ask('tight');
    expect(await messageOf(tight)).toContain('`tight`');
    expect(Number(tight.headers['retry-after'])).toBeWithin(900, 1001);
    const free = await ask('free');
    expect(await messageOf(free)).toContain('global');
    expect(Number(free.headers['retry-after'])).toBeWithin(1, 101);
  });

  test('as JSON also where a stream was asked for, and the SDK knows it', async () => {
    await start({ global_rps: NEVER });
    await statuses(1);
    const refused = await ask('free', { body: { model: 'free', messages: MESSAGES, stream: true } });
    expect(refused.headers['content-type']).toContain('application/json');
    await messageOf(refused);
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: KEY, maxRetries: 0 });
    const asked = client.chat.completions.create({ model: 'free', messages: [{ role: 'user', content: 'hi' }] });
    const failure = await asked.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(RateLimitError);
    expect(failure).toMatchObject({ status: 429, code: 'rate_limit_exceeded', type: 'rate_limit_error' });
  });
});

describe('burst_factor', () => {
  test.each([
    ['is one second’s worth unless told', { global_rps: 3, burst_factor: undefined }, '3'],
    ['times the rate is what may come at once', { global_rps: 2, burst_factor: 2 }, '4'],
    ['lets parts of a request wait until they are whole', { global_rps: NEVER, burst_factor: 2.5 * BURST }, '2'],
    ['lets one through however small it is', { global_rps: NEVER, burst_factor: NEVER }, '1'],
  ])('%s', async (_, limits, capacity) => {
    await start(limits);
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('free')));
    const refused = answers.find((answer) => answer.status === 429);
    expect(refused?.headers['x-ratelimit-limit-requests']).toBe(capacity);
    const served = answers.filter((answer) => answer.status === 200);
    expect(served.length).toBeGreaterThanOrEqual(Number(capacity));
  });

  test('and the rate bound what is let in, and let in that much', async () => {
    await start({ global_rps: 20, burst_factor: 0.5 });
    const from = performance.now();
    let [admitted, refused] = [0, 0];
    // However slow the machine is, together they are faster than the limit now and then.
    while (admitted <= 15 || refused === 0) {
      const found = await Promise.all(Array.from({ length: 8 }, () => ask('free')));
      admitted += found.filter((answer) => answer.status === 200).length;
      refused += found.filter((answer) => answer.status === 429).length;
    }
    expect(admitted).toBeLessThanOrEqual(10 + (20 * (performance.now() - from)) / 1000);
    expect(refused).toBeGreaterThan(0);
  });
});

describe('what one limit refuses takes from none', () => {
  test('the global one nothing from address and alias', async () => {
    const others = { per_ip_rps: NEVER * 3, per_model_rps: { tight: NEVER * 3 } };
    await start({ global_rps: NEVER * 2, ...others });
    expect(await statuses(6, 'tight')).toEqual([200, 200, 429, 429, 429, 429]);
    await reload(others);
    expect(await statuses(2, 'tight')).toEqual([200, 429]);
    // Were it the address's limit alone, this would get in.
    expect(await statuses(1, 'tight', { from: '192.0.2.9' })).toEqual([429]);
  });

  test('the one of an address nothing from all', async () => {
    await start({ global_rps: NEVER * 4, per_ip_rps: NEVER * 2 });
    expect(await statuses(5, 'free', { from: '192.0.2.1' })).toEqual([200, 200, 429, 429, 429]);
    expect(await statuses(3, 'free', { from: '192.0.2.2' })).toEqual([200, 200, 429]);
    expect(await messageOf(await ask('free', { from: '192.0.2.3' }))).toContain('global');
  });

  test('the one of an alias nothing from all and the address', async () => {
    await start({ global_rps: NEVER * 3, per_ip_rps: NEVER * 3, per_model_rps: { tight: NEVER } });
    expect(await statuses(4, 'tight')).toEqual([200, 429, 429, 429]);
    expect(await statuses(3, 'free')).toEqual([200, 200, 429]);
  });
});

describe('who counts as whom', () => {
  test('a client cannot make itself another by what it writes into X-Forwarded-For', async () => {
    await start({ per_ip_rps: NEVER * 2 });
    const found: number[] = [];
    for (const forged of ['203.0.113.1', '203.0.113.2', '203.0.113.3']) {
      found.push((await ask('free', { from: `${forged}, 198.51.100.7` })).status);
    }
    expect(found).toEqual([200, 200, 429]);
  });

  test('without trusted proxies everybody at one socket address is one', async () => {
    await start({ per_ip_rps: NEVER * 2 }, { proxy: {} });
    const found: number[] = [];
    for (const from of ['203.0.113.1', '203.0.113.2', '203.0.113.3']) found.push((await ask('free', { from })).status);
    expect(found).toEqual([200, 200, 429]);
  });

  test.each([
    ['IPv4', ['192.0.2.50', '192.0.2.50:4711', '::ffff:192.0.2.50', '::FFFF:c000:232']],
    ['IPv6', ['2001:db8:0:7::1', '[2001:DB8:0:7::2]:443', '2001:0db8:0000:0007:ffff:0:0:1', '2001:db8:0:7::']],
  ])('one %s client is one, however it is written', async (_, spellings) => {
    await start({ per_ip_rps: NEVER });
    const found: number[] = [];
    for (const from of spellings) found.push((await ask('free', { from })).status);
    expect(found).toEqual([200, 429, 429, 429]);
  });

  test('all names behind a wildcard are one alias', async () => {
    await start({ per_model_rps: { 'open/*': NEVER * 2 } });
    expect(await statuses(1, 'open/a')).toEqual([200]);
    expect(await statuses(1, 'open/b')).toEqual([200]);
    expect(await messageOf(await ask('open/c'))).toContain('`open/*`');
  });

  test('a request counts for the alias it asks for, not for the one that serves it', async () => {
    await start({ per_model_rps: { tight: NEVER, fallen: NEVER * 3 } });
    expect(await statuses(4, 'fallen')).toEqual([200, 200, 200, 429]);
    expect(await statuses(2, 'tight')).toEqual([200, 429]);
  });

  test('every endpoint of models counts', async () => {
    await start({ global_rps: NEVER * 4 });
    for (const path of ['/v1/embeddings', '/chat/completions', '/v1/audio/speech']) {
      expect((await ask('free', { path })).status).toBe(200);
    }
    expect((await ask('', { path: '/v1/models/free', method: 'GET', body: '' })).status).toBe(200);
    for (const path of ['/v1/embeddings', '/chat/completions', '/v1/audio/speech', '/v1/completions']) {
      expect((await ask('free', { path })).status).toBe(429);
    }
  });

  test('probes, scrapes and operators get through when everybody is at a limit', async () => {
    await start({ global_rps: NEVER, per_ip_rps: NEVER });
    expect(await statuses(2)).toEqual([200, 429]);
    for (const path of ['/health', '/healthz', '/readyz', '/metrics', '/admin/backends', '/admin/status']) {
      const headers = { authorization: `Bearer ${ADMIN_KEY}` };
      expect((await ask('', { path, method: 'GET', body: '', headers })).status).toBe(200);
    }
    expect((await ask('', { path: '/v1/models', method: 'GET', body: '' })).status).toBe(429);
  });
});

describe('key, rate, queue: in that order', () => {
  test('what is no request to a model costs no token', async () => {
    await start({ global_rps: NEVER * 2, per_ip_rps: NEVER * 2 }, { server: { max_body_mb: 0.01 } });
    const wrong: readonly [number, string, Asking][] = [
      [401, 'free', { headers: { authorization: 'Bearer wrong' } }],
      [404, 'free', { path: '/v1/nothing' }],
      [405, 'free', { path: '/v1/chat/completions', method: 'PUT' }],
      [413, 'free', { body: { model: 'free', filling: 'x'.repeat(20_000) } }],
      [413, 'free', { body: { model: 'free', filling: 'x'.repeat(200_000) } }],
      [400, 'free', { body: { messages: MESSAGES } }],
      [400, 'free', { body: { model: 7 } }],
      [400, 'free', { body: '[]' }],
      [404, 'nobody', {}],
      [404, '', { path: '/v1/models/nobody', method: 'GET', body: '' }],
    ];
    for (const [code, model, asking] of wrong) expect(await statuses(3, model, asking)).toEqual([code, code, code]);
    expect(await statuses(3)).toEqual([200, 200, 429]);
  });

  test('who has no key is told so before any limit, who is at a limit before the queue', async () => {
    await start({ global_rps: NEVER * 2 }, { concurrency: { enabled: true, max_requests: 1, max_queue_size: 0 } });
    const gate = hold();
    upstream.script(gate);
    const held = ask('free');
    await gate.reached;
    expect(await statuses(2)).toEqual([503, 503]);
    gate.release();
    expect((await held).status).toBe(200);
    const last = hold();
    upstream.script(last);
    const again = ask('free');
    await last.reached;
    expect(await statuses(2)).toEqual([429, 429]);
    expect(await statuses(1, 'free', { headers: { authorization: 'Bearer wrong' } })).toEqual([401]);
    last.release();
    expect((await again).status).toBe(200);
  });

  test('who has waited in vain gets its token back', async () => {
    await start({ global_rps: NEVER * 2 }, { concurrency: { enabled: true, max_requests: 1, queue_timeout: '50ms' } });
    const gate = hold();
    upstream.script(gate);
    const held = ask('free');
    await gate.reached;
    expect(await statuses(3)).toEqual([503, 503, 503]);
    gate.release();
    expect((await held).status).toBe(200);
    expect(await statuses(2)).toEqual([200, 429]);
  });

  test('who has left while it waited gets its token back', async () => {
    await start({ global_rps: NEVER * 2 }, { concurrency: { enabled: true, max_requests: 1 } });
    const gate = hold();
    upstream.script(gate);
    const held = ask('free');
    await gate.reached;
    const leaver = await open(gateway.url);
    const options = { headers: AUTHORIZED, body: { model: 'free', messages: MESSAGES } };
    await leaver.write(requestBytes(`${gateway.url}/v1/chat/completions`, options));
    await eventually(async () => (await operatorsView()).requests.waiting === 1);
    leaver.leave();
    await eventually(async () => (await operatorsView()).requests.waiting === 0);
    gate.release();
    expect((await held).status).toBe(200);
    expect(await statuses(2)).toEqual([200, 429]);
  });

  test('what a backend has answered, or failed to, costs its token', async () => {
    await start({ global_rps: NEVER * 2 });
    upstream.script(status(400));
    expect(await statuses(1)).toEqual([400]);
    upstream.script(status(500));
    expect(await statuses(2)).toEqual([500, 429]);
  });
});

describe('a large body', () => {
  test('costs one token, like any other', async () => {
    await start({ global_rps: NEVER * 2 });
    const body = { model: 'free', messages: MESSAGES, filling: 'x'.repeat(300_000) };
    expect(await statuses(3, 'free', { body })).toEqual([200, 200, 429]);
  });

  test('of unknown length is refused before it is whole', async () => {
    await start({ per_ip_rps: NEVER });
    await statuses(1);
    const connection = await open(gateway.url);
    await connection.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nX-Forwarded-For: 192.0.2.1\r\n` +
        'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n',
    );
    await messageOf(await connection.answer());
    connection.leave();
  });

  test('of which much is on its way is refused without being read to its end', async () => {
    await start({ per_ip_rps: NEVER });
    await statuses(1);
    const connection = await open(gateway.url);
    await connection.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nX-Forwarded-For: 192.0.2.1\r\n` +
        'X-Trace-ID: big\r\nContent-Type: application/json\r\nContent-Length: 90000000\r\n\r\n',
    );
    // Whether the gateway takes it or hangs up is its own affair.
    connection.write('x'.repeat(8_000_000)).catch(() => undefined);
    await messageOf(await connection.answer());
    connection.leave();
    const line = await eventually(() => gateway.logs().find((one) => one.trace_id === 'big'));
    expect(line).toMatchObject({ status: 429, error_code: 'rate_limit_exceeded', bytes_in: 0 });
  });
});

describe('after a refusal', () => {
  test('the official client comes back when it was told to, and gets in with one retry', async () => {
    await start({ global_rps: 1, burst_factor: 1 });
    const sent: number[] = [];
    const client = new OpenAI({
      baseURL: `${gateway.url}/v1`,
      apiKey: KEY,
      maxRetries: 1,
      fetch: async (url, init) => {
        const answer = await fetch(url, init);
        sent.push(answer.status);
        return answer;
      },
    });
    const create = () => client.chat.completions.create({ model: 'free', messages: [{ role: 'user', content: 'hi' }] });
    await create();
    const answer = await create();
    expect(answer.choices[0]?.message.content).toBe('ok');
    expect(sent.join()).toBeOneOf(['200,429,200', '200,200']);
  });

  test('there is one line for it in the log, and one more in the counters', async () => {
    await start({ global_rps: NEVER });
    await statuses(1);
    for (const traceId of ['no-1', 'no-2', 'no-3']) await ask('tight', { headers: { 'x-trace-id': traceId } });
    for (const traceId of ['no-1', 'no-2', 'no-3']) {
      const lines = await eventually(() => {
        const found = gateway.logs().filter((line) => line.trace_id === traceId);
        return found.length > 0 ? found : undefined;
      });
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatchObject({
        status: 429,
        error_code: 'rate_limit_exceeded',
        alias: 'tight',
        client_ip: '192.0.2.1',
        attempts: 0,
      });
    }
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    const metrics = await ask('', { path: '/metrics', method: 'GET', body: '', headers });
    expect(metrics.text).toContain('llm_proxy_refused_total{reason="rate_limit_exceeded"} 3\n');
  });
});

describe('SIGHUP', () => {
  test('lowers a limit at once', async () => {
    await start({ global_rps: NEVER * 5 });
    expect(await statuses(1)).toEqual([200]);
    await reload({ global_rps: NEVER * 2 });
    expect(await statuses(3)).toEqual([200, 200, 429]);
  });

  test('raises one at once, and gives nobody back what was used', async () => {
    await start({ global_rps: NEVER * 2 });
    expect(await statuses(3)).toEqual([200, 200, 429]);
    await reload({ global_rps: NEVER * 20 });
    const refused = await ask('free');
    expect(refused.headers['x-ratelimit-limit-requests']).toBe('20');
    await messageOf(refused);
    await reload({ global_rps: 1_000_000 });
    await eventually(async () => (await ask('free')).status === 200);
  });

  test('leaves the counts of each address and alias as they were', async () => {
    const limits = { per_ip_rps: NEVER * 2, per_model_rps: { tight: NEVER * 2 } };
    await start(limits);
    expect(await statuses(1, 'free', { from: '192.0.2.1' })).toEqual([200]);
    expect(await statuses(1, 'tight', { from: '192.0.2.2' })).toEqual([200]);
    await reload({ ...limits, global_rps: NEVER * 100 });
    await reload(limits);
    expect(await statuses(2, 'free', { from: '192.0.2.1' })).toEqual([200, 429]);
    expect(await statuses(1, 'tight', { from: '192.0.2.3' })).toEqual([200]);
    expect(await statuses(1, 'tight', { from: '192.0.2.4' })).toEqual([429]);
  });

  test('switches limits on and off', async () => {
    await start({ enabled: false, global_rps: NEVER, per_ip_rps: NEVER, per_model_rps: { free: NEVER } });
    expect(await statuses(5)).toEqual([200, 200, 200, 200, 200]);
    await reload({ global_rps: NEVER * 2 });
    expect(await statuses(3)).toEqual([200, 200, 429]);
    await reload({ enabled: false, global_rps: NEVER * 2 });
    expect(await statuses(5)).toEqual([200, 200, 200, 200, 200]);
  });

  test('gives nobody a token back that was never taken', async () => {
    const more = { concurrency: { enabled: true, max_requests: 1 } };
    await start({ enabled: false }, more);
    const gate = hold();
    upstream.script(gate);
    const held = ask('free');
    await gate.reached;
    const leaver = await open(gateway.url);
    const options = { headers: AUTHORIZED, body: { model: 'free', messages: MESSAGES } };
    await leaver.write(requestBytes(`${gateway.url}/v1/chat/completions`, options));
    await eventually(async () => (await operatorsView()).requests.waiting === 1);
    // It came when there were no limits, and leaves when there are.
    await reload({ global_rps: NEVER }, more);
    const list = { path: '/v1/models', method: 'GET', body: '' };
    expect(await statuses(1, '', list)).toEqual([200]);
    leaver.leave();
    await eventually(async () => (await operatorsView()).requests.waiting === 0);
    expect(await statuses(1, '', list)).toEqual([429]);
    gate.release();
    expect((await held).status).toBe(200);
  });
});
