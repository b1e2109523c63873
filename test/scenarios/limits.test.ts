import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import OpenAI from 'openai';
import { open, send } from '../kit/client.ts';
import type { RawAnswer, SendOptions } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-the-gateway-1234';
const MESSAGES = [{ role: 'user', content: 'Hello' }];
/** So slow that no token comes back within a test, however slow the machine. */
const NEVER = 0.001;

let upstream: Upstream;
let gateway: Gateway;
let nextIp = 1;
/** A client of its own for each test. */
let ip: string;

function configOf(limits: object): object {
  return {
    proxy_api_key: KEY,
    proxy: { trusted_proxies: ['127.0.0.1'] },
    backends: [{ name: 'a', url: upstream.url }],
    models: Object.fromEntries(
      ['free', 'tight', 'other'].map((name) => [name, { routes: [{ backend: 'a', model: 'm' }] }]),
    ),
    rate_limit: { enabled: true, ...limits },
  };
}

/** Two requests for each address, one for `tight`. */
const LIMITS = { per_ip_rps: NEVER, burst_factor: 2 / NEVER, per_model_rps: { tight: NEVER / 2 } };

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  gateway = await startGateway({ config: configOf(LIMITS) });
});

beforeEach(() => {
  ip = `192.0.2.${nextIp++}`;
});

afterAll(async () => {
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

async function ask(
  model: string,
  { at = gateway, from = ip, ...options }: SendOptions & { at?: Gateway; from?: string } = {},
) {
  const headers = { authorization: `Bearer ${KEY}`, 'x-forwarded-for': from, ...options.headers };
  return await send(`${at.url}/v1/chat/completions`, { body: { model, messages: MESSAGES }, ...options, headers });
}

async function statuses(count: number, model = 'free', options: Parameters<typeof ask>[1] = {}): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < count; i++) found.push((await ask(model, options)).status);
  return found;
}

async function get(path: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return await send(gateway.url + path, { headers: { 'x-forwarded-for': ip, ...headers } });
}

describe('a request over a limit', () => {
  test('gets 429 that names the limit and says when a try makes sense', async () => {
    await statuses(2);
    const answer = await ask('free');
    expect(answer.status).toBe(429);
    const { error } = await answer.json();
    expect(error).toMatchObject({ type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded' });
    expect(error.message).toStartWith('The rate limit per IP address is reached (0.001 requests per second).');
    expect(Number(answer.headers['retry-after'])).toBeWithin(900, 1001);
    expect(answer.headers['x-ratelimit-limit-requests']).toBe('2');
    expect(answer.headers['x-ratelimit-remaining-requests']).toBe('0');
    expect(answer.headers['x-ratelimit-reset-requests']).toMatch(/^[\d.]+s$/);
    expect(answer.headers['x-trace-id']).toBeDefined();
  });

  test('reaches no backend, and is logged', async () => {
    await statuses(2);
    const before = upstream.requests.length;
    const traceId = (await ask('free')).headers['x-trace-id'];
    expect(upstream.requests.length).toBe(before);
    const line = await eventually(() => gateway.logs('errors').find((one) => one.trace_id === traceId));
    expect(line).toMatchObject({
      status: 429,
      error_code: 'rate_limit_exceeded',
      alias: 'free',
      client_ip: ip,
      attempts: 0,
    });
  });

  test('of one scope takes nothing from the others', async () => {
    // The alias has let its one request through, or does now.
    expect((await statuses(5, 'tight')).filter((status) => status === 200).length).toBeLessThanOrEqual(1);
    ip = `192.0.2.${nextIp++}`;
    expect(await statuses(3, 'tight')).toEqual([429, 429, 429]);
    expect(await statuses(3, 'free')).toEqual([200, 200, 429]);
  });

  test('is let in after the time it was told, as the official client does by itself', async () => {
    const quick = await startGateway({ config: configOf({ per_ip_rps: 4, burst_factor: 0.25 }) });
    const client = new OpenAI({ baseURL: `${quick.url}/v1`, apiKey: KEY, maxRetries: 3 });
    const create = () => client.chat.completions.create({ model: 'free', messages: [{ role: 'user', content: 'hi' }] });
    const answers = await Promise.all([create(), create(), create()]);
    expect(answers.map(({ choices }) => choices[0]?.message.content)).toEqual(['ok', 'ok', 'ok']);
    await quick.stop();
  });

  test('with a large body is refused before that is sent', async () => {
    await statuses(2);
    const connection = await open(gateway.url);
    await connection.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nX-Forwarded-For: ${ip}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 10000000\r\n\r\n{',
    );
    expect((await connection.answer()).status).toBe(429);
    connection.leave();
  });
});

describe('who counts as whom', () => {
  test('each address on its own', async () => {
    expect(await statuses(3)).toEqual([200, 200, 429]);
    ip = `192.0.2.${nextIp++}`;
    expect(await statuses(3)).toEqual([200, 200, 429]);
  });

  test('IPv6 by its /64', async () => {
    expect(await statuses(2, 'free', { from: '2001:db8:0:1::1' })).toEqual([200, 200]);
    expect(await statuses(1, 'free', { from: '2001:db8:0:1:ffff::9' })).toEqual([429]);
    expect(await statuses(1, 'free', { from: '2001:db8:0:2::1' })).toEqual([200]);
  });
});

describe('no token is taken', () => {
  test('by probes and scrapes, which are not limited', async () => {
    for (let i = 0; i < 5; i++) {
      expect((await get('/health')).status).toBe(200);
      expect((await get('/readyz')).status).toBe(200);
      expect((await get('/metrics', { authorization: `Bearer ${KEY}` })).status).toBe(200);
    }
    expect(await statuses(3)).toEqual([200, 200, 429]);
  });

  test('by a request without the key, of an unknown model or that is none', async () => {
    expect(await statuses(3, 'free', { headers: { authorization: 'Bearer wrong' } })).toEqual([401, 401, 401]);
    expect(await statuses(3, 'nobody')).toEqual([404, 404, 404]);
    expect(await statuses(3, 'free', { body: '{' })).toEqual([400, 400, 400]);
    expect(await statuses(3)).toEqual([200, 200, 429]);
  });

  test('but by the list of models', async () => {
    for (let i = 0; i < 2; i++) {
      expect((await get('/v1/models', { authorization: `Bearer ${KEY}` })).status).toBe(200);
    }
    expect((await get('/v1/models', { authorization: `Bearer ${KEY}` })).status).toBe(429);
    expect(await statuses(1)).toEqual([429]);
  });
});

test('without the key it is 401, whatever the limits', async () => {
  await statuses(3);
  expect(await statuses(1, 'free', { headers: { authorization: 'Bearer wrong' } })).toEqual([401]);
});

test('a reload changes the limits at once and forgets no counts', async () => {
  const one = await startGateway({ config: configOf({ global_rps: NEVER, burst_factor: 3 / NEVER }) });
  expect(await statuses(4, 'free', { at: one })).toEqual([200, 200, 200, 429]);
  const reload = async (limits: object): Promise<void> => {
    one.writeConfig(configOf(limits));
    const headers = { authorization: `Bearer ${KEY}` };
    // Operators are not limited.
    expect((await send(`${one.url}/admin/reload`, { method: 'POST', headers })).status).toBe(200);
  };
  await reload({ global_rps: NEVER, burst_factor: 5 / NEVER });
  expect(await statuses(1, 'free', { at: one })).toEqual([429]);
  one.writeConfig(configOf({ enabled: false }));
  await eventually(async () => (await ask('free', { at: one })).status === 200);
  expect(await statuses(5, 'free', { at: one })).toEqual([200, 200, 200, 200, 200]);
  await one.stop();
});
