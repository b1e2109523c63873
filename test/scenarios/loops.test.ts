// A backend whose URL leads back to the gateway is told at the start, and one request does not become hundreds.
import { afterEach, describe, expect, test } from 'bun:test';
import { stringify } from 'yaml';
import { LiveBackends } from '../../src/upstream/backends.ts';
import { parseConfig } from '../../src/config/load.ts';
import { buildSnapshot } from '../../src/build-snapshot.ts';
import { send } from '../kit/client.ts';
import { findFreePort, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';

const started: Gateway[] = [];
afterEach(async () => {
  for (const gateway of started.splice(0)) await gateway.stop();
});

async function start(port: number, urls: Record<string, string>, more: object = {}): Promise<Gateway> {
  const routes = Object.keys(urls).map((backend, index) => ({ backend, model: 'm', priority: index + 1 }));
  const config = {
    listen: `127.0.0.1:${port}`,
    backends: Object.entries(urls).map(([name, url]) => ({ name, url })),
    models: { m: { routes } },
    ...more,
  };
  const gateway = await startGateway({ config });
  started.push(gateway);
  return gateway;
}

const CHAT = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
const MESSAGES = { ...CHAT, max_tokens: 5 };

describe('a backend that is the gateway itself', () => {
  test('is told at the start, and answered with 508 after one round, in the dialect of the client', async () => {
    const port = await findFreePort();
    const gateway = await start(port, { self: `http://127.0.0.1:${port}/v1` });
    await eventually(() => gateway.stderr().includes('backends[0].url: is the address where this gateway listens'));
    const chat = await send(`${gateway.url}/v1/chat/completions`, { body: CHAT });
    const { error } = await chat.json();
    expect([chat.status, error.code]).toEqual([508, 'loop_detected']);
    expect(error.message).toContain('comes from this gateway itself');
    const messages = await send(`${gateway.url}/v1/messages`, { body: MESSAGES });
    expect([messages.status, (await messages.json()).type]).toEqual([508, 'error']);
    // Two requests of a client's, and one of each that came back: no try is repeated, and nothing cools down.
    await eventually(() => gateway.logs().length === 4);
    const lines = gateway.logs();
    expect(lines.map(({ status }) => status)).toEqual([508, 508, 508, 508]);
    expect(lines.map(({ attempts }) => attempts).toSorted((a, b) => a - b)).toEqual([0, 0, 1, 1]);
    expect(lines.flatMap(({ tries = [] }) => tries).map(({ failure }) => failure)).toEqual(['looped', 'looped']);
    // The request is not at fault.
    const { text } = await (await send(`${gateway.url}/metrics`)).whole();
    expect(text).toContain('llm_proxy_alias_requests_total{alias="m",outcome="failed"} 2');
    expect(gateway.stderr()).not.toContain('backend cools down');
  });

  test('is routed around where there is another', async () => {
    const [port, upstream] = [await findFreePort(), await startUpstream(chatAnswer('ok'))];
    const gateway = await start(port, { self: `http://localhost:${port}/v1`, good: upstream.url });
    const answer = await send(`${gateway.url}/v1/chat/completions`, { body: CHAT });
    expect([answer.status, answer.headers['x-llm-proxy-backend']]).toEqual([200, 'good']);
    await answer.whole();
    await upstream.stop();
  });
});

test('a loop over another gateway ends, too, with keys and without', async () => {
  for (const key of ['key-of-the-gateway-1', undefined]) {
    const [one, other] = [await findFreePort(), await findFreePort()];
    const own = key === undefined ? {} : { proxy_api_key: key };
    const to = (port: number) => ({
      backends: [{ name: 'next', url: `http://127.0.0.1:${port}/v1`, ...(key === undefined ? {} : { api_key: key }) }],
    });
    const first = await start(one, { next: '' }, { ...own, ...to(other) });
    const second = await start(other, { next: '' }, { ...own, ...to(one) });
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const answer = await send(`${first.url}/v1/chat/completions`, { body: CHAT, headers });
    expect([answer.status, (await answer.json()).error.code]).toEqual([508, 'loop_detected']);
    await eventually(() => first.logs().length === 2 && second.logs().length === 1);
  }
});

describe('the mark', () => {
  test('is of one process alone: a stranger’s `Via`, or that of another gateway, is no loop', async () => {
    const upstream = await startUpstream(chatAnswer('ok'));
    const gateway = await start(await findFreePort(), { good: upstream.url });
    const via = '1.1 llm-proxy-0123456789abcdef, 1.0 secret-proxy (comment)';
    const answer = await send(`${gateway.url}/v1/chat/completions`, { body: CHAT, headers: { via } });
    expect(answer.status).toBe(200);
    await answer.whole();
    // Of the way so far only what is needed against loops goes on.
    expect(upstream.requests[0]?.headers['via']).toMatch(
      /^1\.1 llm-proxy-0123456789abcdef, 1\.1 llm-proxy-[0-9a-f]{16}$/,
    );
    await upstream.stop();
  });

  test('is not sent to the API of a known vendor', () => {
    const backends = [
      { name: 'openai', vendor: 'openai' },
      { name: 'host', url: 'https://api.anthropic.com' },
      { name: 'mine', url: 'https://llm.example.com/v1' },
      { name: 'near', vendor: 'vllm' },
    ];
    const { config } = parseConfig(stringify({ backends }), { file: 'c', env: {} });
    const snapshot = buildSnapshot(config, {
      live: new LiveBackends(() => undefined),
      env: {},
      prompts: undefined,
      policies: [],
    });
    const marked = Array.from(snapshot.backends.values(), ({ name, hopMark }) => [name, hopMark !== undefined]);
    expect(marked).toEqual([
      ['openai', false],
      ['host', false],
      ['mine', true],
      ['near', true],
    ]);
  });
});
