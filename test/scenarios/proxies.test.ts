// Backends behind a proxy that the environment names.
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { gzipSync } from 'node:zlib';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, chatEvents, json, sseText, streamOf } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

let proxy: Upstream;
let direct: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  [proxy, direct] = await Promise.all([startUpstream(chatAnswer('by proxy')), startUpstream(chatAnswer('direct'))]);
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'behind', url: 'http://llm.invalid/v1' },
        { name: 'local', url: `http://localhost:${direct.port}/v1` },
      ],
      models: {
        behind: { routes: [{ backend: 'behind', model: 'm' }] },
        local: { routes: [{ backend: 'local', model: 'm' }] },
      },
      fallback: { max_retries: 0, cooldown_seconds: 0 },
    },
    env: { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: 'localhost' },
  });
});

afterEach(() => settled(proxy, direct));

afterAll(async () => {
  await gateway.stop();
  await Promise.all([proxy.stop(), direct.stop()]);
});

async function ask(model: string, more: object = {}) {
  const body = { model, messages: [{ role: 'user', content: 'hi' }], ...more };
  return await (await send(`${gateway.url}/v1/chat/completions`, { body })).whole();
}

test('requests go by the proxy, each over a connection of its own', async () => {
  const before = proxy.connections;
  for (let n = 0; n < 3; n++) expect((await ask('behind')).text).toContain('by proxy');
  expect(proxy.requests.at(-1)!.path).toBe('http://llm.invalid/v1/chat/completions');
  expect(proxy.connections - before).toBe(3);
  await eventually(() => proxy.openSockets === 0);
});

test('streams do, and what is compressed all the same is decoded', async () => {
  proxy.script(streamOf(['a', 'b']));
  expect((await ask('behind', { stream: true })).text).toContain('[DONE]');
  const events = sseText(chatEvents(['x', 'y']));
  const headers = { 'content-encoding': 'gzip', 'content-type': 'text/event-stream' };
  proxy.script(json(200, gzipSync(events), headers));
  expect(await ask('behind', { stream: true })).toEqual({ text: events, ending: 'complete' });
});

test('a host of NO_PROXY is asked itself', async () => {
  const before = proxy.requests.length;
  expect((await ask('local')).text).toContain('direct');
  expect(proxy.requests.length).toBe(before);
});
