// Requests without a right key are counted by the client's address: neither work nor log lines grow with them.
import { afterEach, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { open, requestBytes, send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { eventually } from '../kit/settled.ts';

const gateways: Gateway[] = [];

afterEach(async () => {
  for (const gateway of gateways.splice(0)) expect(await gateway.stop()).toBe(0);
});

async function started(server: object = {}): Promise<Gateway> {
  const gateway = await startGateway({
    config: {
      proxy_api_key: 'the-right-key',
      backends: [{ name: 'demo', url: 'demo:' }],
      models: { demo: { routes: [{ backend: 'demo', model: 'demo' }] } },
      proxy: { trusted_proxies: ['127.0.0.1'] },
      server,
      logging: { base_dir: './logs', separate_files: true, console_level: 'error' },
    },
  });
  gateways.push(gateway);
  return gateway;
}

/** The statuses of `count` requests, one after another on one connection. */
async function statuses(
  gateway: Gateway,
  count: number,
  headers: Record<string, string>,
  path = '/v1/models',
): Promise<number[]> {
  const connection = await open(gateway.url);
  const found: number[] = [];
  for (let at = 0; at < count; at++) {
    await connection.write(requestBytes(`${gateway.url}${path}`, { headers }));
    const answer = await connection.answer();
    await answer.whole();
    found.push(answer.status);
  }
  connection.leave();
  return found;
}

const wrong = (ip: string): Record<string, string> => ({ authorization: 'Bearer wrong', 'x-forwarded-for': ip });
const right = (ip: string): Record<string, string> => ({
  authorization: 'Bearer the-right-key',
  'x-forwarded-for': ip,
});

describe('by default', () => {
  test('after sixty at once an address gets 429, and a right key passes all the same', async () => {
    const gateway = await started();
    const found = await statuses(gateway, 80, wrong('192.0.2.1'));
    expect(found.slice(0, 60)).toEqual(Array(60).fill(401));
    // A token may have come in meanwhile, one a second.
    expect(found.at(-1)).toBe(429);
    expect(await statuses(gateway, 1, right('192.0.2.1'))).toEqual([200]);
    expect(await statuses(gateway, 1, wrong('192.0.2.2'))).toEqual([401]);
  });

  test('the 429 says when, and what to do, in the dialect of the client', async () => {
    const gateway = await started({ failed_keys_per_minute: 1 });
    await statuses(gateway, 1, wrong('192.0.2.1'));
    const chat = await send(`${gateway.url}/v1/models`, { headers: wrong('192.0.2.1') });
    expect([chat.status, Number(chat.headers['retry-after']) > 0]).toEqual([429, true]);
    expect((await chat.json()).error).toMatchObject({ type: 'rate_limit_error', code: 'too_many_failed_keys' });
    const messages = await send(`${gateway.url}/v1/messages`, { headers: wrong('192.0.2.1'), body: {} });
    expect([messages.status, (await messages.json()).error.type]).toEqual([429, 'rate_limit_error']);
    const gemini = await send(`${gateway.url}/v1beta/models/demo:generateContent?key=x`, {
      headers: { 'x-forwarded-for': '192.0.2.1' },
      body: {},
    });
    expect([gemini.status, (await gemini.json()).error.status]).toEqual([429, 'RESOURCE_EXHAUSTED']);
  });
});

test('every way to ask with a wrong key counts, unknown paths and metrics included', async () => {
  const gateway = await started({ failed_keys_per_minute: 4 });
  const asked = ['/v1/models', '/nowhere', '/admin/backends'];
  for (const path of asked) expect(await statuses(gateway, 1, wrong('192.0.2.1'), path)).toEqual([401]);
  // The socket's own address counts for what no proxy forwards.
  expect((await statuses(gateway, 6, { authorization: 'Bearer wrong' }, '/metrics')).at(-1)).toBe(429);
  expect((await statuses(gateway, 3, wrong('192.0.2.1'), '/nowhere')).at(-1)).toBe(429);
  expect(await statuses(gateway, 1, {}, '/health')).toEqual([200]);
});

test('IPv6 clients count by their network of /64', async () => {
  const gateway = await started({ failed_keys_per_minute: 2 });
  for (const ip of ['2001:db8:1:2::1', '2001:db8:1:2::2']) expect(await statuses(gateway, 1, wrong(ip))).toEqual([401]);
  expect(await statuses(gateway, 1, wrong('2001:db8:1:2:ffff::3'))).toEqual([429]);
  expect(await statuses(gateway, 1, wrong('2001:db8:1:3::1'))).toEqual([401]);
});

test('what is refused beyond the limit is not logged line by line, but counted', async () => {
  const gateway = await started({ failed_keys_per_minute: 5 });
  await statuses(gateway, 1000, wrong('192.0.2.1'));
  const told = await eventually(() => {
    const lines = readFileSync(`${gateway.dir}/logs/general.log`, 'utf8')
      .split('\n')
      .filter((line) => line.includes('not logged one by one'));
    const requests = lines.map((line) => JSON.parse(line)).reduce((sum, line) => sum + line.requests, 0);
    const own = gateway.logs().filter(({ status }) => status === 401 || status === 429).length;
    return requests + own === 1000 ? { lines, own } : undefined;
  });
  // One a second at most on each side, and those up to the limit: far fewer than there were requests.
  expect(told.own).toBeLessThan(100);
  expect(told.lines.length).toBeLessThan(100);
  expect(JSON.parse(told.lines[0] ?? '')).toMatchObject({ level: 'warn', client_ip: '192.0.2.1' });
  const metrics = await (await send(`${gateway.url}/metrics`, { headers: right('192.0.2.1') })).whole();
  expect(metrics.text).toMatch(/llm_proxy_refused_total\{reason="too_many_failed_keys"\} 9\d\d/);
});

test('0 is without limit', async () => {
  const gateway = await started({ failed_keys_per_minute: 0 });
  expect(new Set(await statuses(gateway, 200, wrong('192.0.2.1')))).toEqual(new Set([401]));
});
