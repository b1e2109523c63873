import { afterEach, beforeEach, describe, expect, test } from 'bun:test';

import { open, requestBytes, send, type RawAnswer, type RawConnection } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import { chatAnswer, json } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

// At the limit of open files no backend can be asked. That is no backend's fault: none rests for it, and none is dead.

const LONG_SECONDS = 600;

let upstream: Upstream;
let gateway: Gateway;
let connection: RawConnection;

beforeEach(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
});

afterEach(async () => {
  connection.leave();
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

/** `host`: how the backends are called. A name is looked up first, which hides what an address shows. */
async function start(host: string, more: object = {}): Promise<void> {
  const url = upstream.url.replace('127.0.0.1', host);
  const route = (backend: string, priority: number) => ({ backend, model: 'm', priority });
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'first', url },
        { name: 'second', url },
      ],
      models: { pair: { routes: [route('first', 1), route('second', 2)] } },
      fallback: { max_retries: 3, cooldown_seconds: LONG_SECONDS, backoff_initial: '1ms' },
      ...more,
    },
  });
  connection = await open(gateway.url);
  // It is accepted before there is no room for another.
  await connection.write(requestBytes(`${gateway.url}/health`, {}));
  await (await connection.answer()).whole();
}

/** The soft limit of open files of the gateway, which runs on; undefined: what it was at its start. */
async function limitFiles(most: number | undefined): Promise<void> {
  const { exited } = Bun.spawn(['prlimit', '--pid', String(gateway.pid), `--nofile=${most ?? MANY}:`]);
  expect(await exited).toBe(0);
}

const MANY = 1024;

/** On the connection that is there. */
async function ask(): Promise<RawAnswer> {
  const body = { model: 'pair', messages: [] };
  await connection.write(requestBytes(`${gateway.url}/v1/chat/completions`, { body }));
  return connection.answer();
}

function said(what: string): number {
  return gateway
    .stderr()
    .split('\n')
    .filter((line) => line.includes(what)).length;
}

async function models(): Promise<{ name: string; state: string; models: { state: string }[] }[]> {
  return (await (await send(`${gateway.url}/admin/backends`)).json()).backends;
}

describe.skipIf(process.platform !== 'linux')('at the limit of open files', () => {
  test.each(['127.0.0.1', 'localhost'])(
    'requests for backends at %s get 503 gateway_overloaded; no backend is blamed; service comes back',
    async (host) => {
      await start(host);
      await limitFiles(3);
      for (let time = 0; time < 3; time++) {
        const answer = await ask();
        const { error } = await answer.json();
        expect([answer.status, error.code, error.type]).toEqual([503, 'gateway_overloaded', 'server_error']);
        // All other tries would have been in vain.
        expect(answer.headers['x-llm-proxy-attempts']).toBe('1');
        expect(answer.headers['retry-after']).toBe('1');
      }
      expect(upstream.requests).toHaveLength(0);
      await limitFiles(undefined);
      const answer = await ask();
      expect([answer.status, answer.headers['x-llm-proxy-backend']]).toEqual([200, 'first']);
      for (const { state, models: seen } of await models()) {
        expect([state, ...seen.map((model) => model.state)]).toEqual(['up', 'up']);
      }
      await eventually(() => said('the gateway can ask backends again') === 1);
      expect([said('the gateway has run out of'), said('cools down')]).toEqual([1, 0]);
    },
  );

  test.each(['127.0.0.1', 'localhost'])('health checks of backends at %s miss nothing', async (host) => {
    // Each check needs a connection of its own.
    const choices = [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }];
    upstream.script(json(200, { choices }, { connection: 'close' }));
    await start(host, {
      health_check: { enabled: true, interval: '20ms', timeout: '10s', unhealthy_after: 1, healthy_after: 1 },
    });
    await eventually(() => upstream.requests.length > 0);
    await limitFiles(3);
    await eventually(() => said('the gateway has run out of') === 1);
    expect(said('backend is dead')).toBe(0);
    await limitFiles(undefined);
    const answer = await ask();
    expect(answer.status).toBe(200);
    for (const { state } of await models()) expect(state).toBe('up');
    expect(said('backend is dead')).toBe(0);
  });
});
