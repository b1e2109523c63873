// Which web pages may use the gateway: without a key none but those of its own, and with `cors` those that are named.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { open, send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { findFreePort, spawnGateway, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { startUpstream } from '../kit/upstream.ts';
import { chatAnswer, streamOf } from '../kit/replies.ts';

const BODY = { model: 'demo', messages: [{ role: 'user', content: 'Hello' }] };
const CONFIG = {
  backends: [{ name: 'demo', url: 'demo:' }],
  models: { demo: { routes: [{ backend: 'demo', model: 'demo' }] } },
};
const PAGE = 'https://app.example.com';

const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function started(config: object = {}): Promise<Gateway> {
  const gateway = await startGateway({ config: { ...CONFIG, ...config } });
  stops.push(async () => expect(await gateway.stop()).toBe(0));
  return gateway;
}

async function codeOf(answer: RawAnswer): Promise<[number, string | undefined]> {
  const { text } = await answer.whole();
  answer.leave();
  return [answer.status, /"code": ?"(\w+)"/.exec(text)?.[1]];
}

/** Everything that a page would like. */
const ASKED: readonly [method: string, path: string][] = [
  ['POST', '/v1/chat/completions'],
  ['POST', '/v1/messages'],
  ['POST', '/v1/responses'],
  ['POST', '/v1beta/models/demo:generateContent'],
  ['GET', '/v1/models'],
  ['GET', '/metrics'],
  ['GET', '/admin/backends'],
  ['GET', '/admin/status'],
  ['POST', '/admin/reload'],
  ['GET', '/nowhere'],
];

describe('a gateway without a key', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway({ config: CONFIG });
  });

  afterAll(async () => {
    expect(await gateway.stop()).toBe(0);
  });

  test.each([
    ['another site', { origin: 'https://evil.example' }, 'origin_not_allowed'],
    ['another port of this machine', { origin: 'http://localhost:3000' }, 'origin_not_allowed'],
    ['no origin that can be told', { origin: 'null' }, 'origin_not_allowed'],
    ['a site that begins as this one', { origin: 'http://localhost:1.evil.example' }, 'origin_not_allowed'],
    ['a link or an image of another site', { 'sec-fetch-site': 'cross-site' }, 'origin_not_allowed'],
    ['an image of another port', { 'sec-fetch-site': 'same-site' }, 'origin_not_allowed'],
    ['a name that leads here (DNS rebinding)', { host: 'evil.example:8765' }, 'host_not_allowed'],
    ['its origin being the same', { host: 'evil.example', origin: 'http://evil.example' }, 'host_not_allowed'],
    ['a name that begins as an address', { host: '127.0.0.1.evil.example' }, 'host_not_allowed'],
    ['a name that ends as one', { host: 'evil.example.127.0.0.1' }, 'host_not_allowed'],
    ['a dot at its end', { host: 'evil.example.' }, 'host_not_allowed'],
  ] as const)('keeps out pages of %s', async (_, headers, code) => {
    for (const [method, path] of ASKED) {
      const body = method === 'POST' ? { body: BODY } : {};
      const answer = await send(`${gateway.url}${path}`, { method, headers, ...body });
      const origin = answer.headers['access-control-allow-origin'];
      if (path.startsWith('/v1/messages') || path.startsWith('/v1beta')) {
        expect([path, (await codeOf(answer))[0], origin]).toEqual([path, 403, undefined]);
      } else expect([path, ...(await codeOf(answer)), origin]).toEqual([path, 403, code, undefined]);
    }
    expect((await send(`${gateway.url}/health`, { headers })).status).toBe(200);
  });

  test('lets pages that it knows ask for models, and for nothing that operators may do', async () => {
    const open = await started({ cors: { origins: [PAGE] } });
    const ask = async (method: string, path: string, origin = PAGE): Promise<number> => {
      const body = method === 'POST' ? { body: BODY } : {};
      const answer = await send(`${open.url}${path}`, { method, headers: { origin }, ...body });
      await answer.whole();
      return answer.status;
    };
    expect(await ask('POST', '/v1/chat/completions')).toBe(200);
    for (const [method, path] of [
      ['GET', '/admin/config'],
      ['GET', '/admin/requests'],
      ['GET', '/admin/live'],
      ['POST', '/admin/backends/demo/drain'],
      ['POST', '/key/generate'],
      ['GET', '/console/session'],
      ['GET', '/metrics'],
    ] as const)
      expect([path, await ask(method, path)]).toEqual([path, 403]);
    expect(await ask('GET', '/admin/config', open.url)).toBe(200);
  });

  test('serves programs, its own pages, and whoever knows it by an address or an inner name', async () => {
    const gateway = await started({ server: { allowed_hosts: ['llm.example.com'] } });
    const port = gateway.port;
    for (const headers of [
      {},
      { host: 'localhost' },
      { host: 'LOCALHOST:1' },
      { host: '192.0.2.7:80' },
      { host: '[::1]:80' },
      { host: '[fd00::7]' },
      { host: 'llm-proxy:8765' },
      { host: 'llm.localhost' },
      { host: 'llm.prod.svc.cluster.local' },
      { host: 'llm.internal' },
      { host: 'llm.example.com' },
      { host: 'LLM.example.com:443' },
      { origin: gateway.url },
      { origin: `http://localhost:${port}`, 'sec-fetch-site': 'cross-site' },
      { host: 'llm.example.com', origin: 'https://llm.example.com' },
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'same-origin' },
    ] as Record<string, string>[]) {
      const answer = await send(`${gateway.url}/v1/chat/completions`, { headers, body: BODY });
      expect([headers, answer.status]).toEqual([headers, 200]);
      answer.leave();
    }
  });

  test('keeps them out of the listener for metrics, too', async () => {
    const port = await findFreePort();
    await started({ metrics: { listen: `127.0.0.1:${port}` } });
    const url = `http://127.0.0.1:${port}/metrics`;
    expect((await send(url)).status).toBe(200);
    expect((await send(url, { headers: { host: 'evil.example' } })).status).toBe(403);
    expect((await send(url, { headers: { host: 'a b' } })).status).toBe(400);
    const dotted = await open(url);
    await dotted.write('GET /x/../metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect((await dotted.answer()).status).toBe(404);
    dotted.leave();
    expect((await send(url, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
  });

  test('lets in the pages that cors names', async () => {
    const gateway = await started({ cors: { origins: [PAGE] } });
    const headers = { origin: PAGE, 'sec-fetch-site': 'cross-site' };
    const answer = await send(`${gateway.url}/v1/chat/completions`, { headers, body: BODY });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, PAGE]);
    const foreign = await send(`${gateway.url}/v1/models`, { headers: { origin: 'https://evil.example' } });
    expect([foreign.status, foreign.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  });

  test('cannot be open to every page', async () => {
    const gateway = await spawnGateway({ config: { ...CONFIG, cors: { origins: ['*'] } } });
    expect(await gateway.exited).toBe(1);
    expect(gateway.stderr()).toContain('cors.origins[0]: cannot be "*" while there is no key');
    await gateway.stop();
  });
});

describe('a gateway with a key', () => {
  const KEY = { authorization: 'Bearer the-right-key' };
  const PREFLIGHT = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization, content-type,x-stainless-os',
  };

  test('answers the preflight of a page that is named, before any key', async () => {
    const gateway = await started({ proxy_api_key: 'the-right-key', cors: { origins: [PAGE] } });
    const answer = await send(`${gateway.url}/v1/chat/completions`, {
      method: 'OPTIONS',
      headers: { origin: PAGE, ...PREFLIGHT, 'access-control-request-private-network': 'true' },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-headers': PREFLIGHT['access-control-request-headers'],
      'access-control-allow-private-network': 'true',
    });
    expect(answer.headers['access-control-allow-methods']).toContain('POST');
    expect(answer.headers['vary']).toContain('Origin');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  });

  test('refuses the preflight of any other, and of all where none is named', async () => {
    for (const cors of [{}, { cors: { origins: [PAGE] } }]) {
      const gateway = await started({ proxy_api_key: 'the-right-key', ...cors });
      for (const origin of [
        'https://evil.example',
        `${PAGE}.evil.example`,
        `${PAGE}:444`,
        'http://app.example.com',
        'null',
      ]) {
        const answer = await send(`${gateway.url}/v1/chat/completions`, {
          method: 'OPTIONS',
          headers: { origin, ...PREFLIGHT },
        });
        expect(answer.headers['access-control-allow-origin']).toBeUndefined();
        expect(await codeOf(answer)).toEqual([403, 'origin_not_allowed']);
      }
      // Whoever is no browser may send what it likes, and learns nothing of origins.
      const answer = await send(`${gateway.url}/v1/models`, { headers: { ...KEY, origin: 'https://evil.example' } });
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, undefined]);
    }
  });

  test('marks every answer for its page: plain, streamed, refused, failed, local', async () => {
    const upstream = await startUpstream(({ json }) =>
      json.stream === true ? streamOf('Hello') : chatAnswer('Hello', {}),
    );
    stops.push(async () => await upstream.stop());
    const gateway = await started({
      proxy_api_key: 'the-right-key',
      cors: { origins: [PAGE] },
      backends: [
        { name: 'a', url: upstream.url },
        { name: 'demo', url: 'demo:' },
      ],
      models: {
        demo: { routes: [{ backend: 'a', model: 'm' }] },
        broken: { routes: [{ backend: 'demo', model: 'demo-fail-503' }] },
      },
      fallback: { max_retries: 0 },
    });
    const chat = '/v1/chat/completions';
    const cases: [number, string, Parameters<typeof send>[1] & object][] = [
      [200, chat, { headers: KEY, body: BODY }],
      [200, chat, { headers: KEY, body: { ...BODY, stream: true } }],
      [401, chat, { body: BODY }],
      [400, chat, { headers: KEY, body: 'no JSON' }],
      [404, chat, { headers: KEY, body: { ...BODY, model: 'nope' } }],
      [503, chat, { headers: KEY, body: { ...BODY, model: 'broken' } }],
      [404, '/nowhere', { headers: KEY }],
      [405, chat, { headers: KEY, method: 'GET' }],
      [200, '/v1/models', { headers: KEY }],
      [200, '/metrics', { headers: KEY }],
      [200, '/health', {}],
    ];
    for (const [status, path, options] of cases) {
      const answer = await send(`${gateway.url}${path}`, { ...options, headers: { ...options.headers, origin: PAGE } });
      const { headers } = answer;
      expect([
        path,
        answer.status,
        headers['access-control-allow-origin'],
        headers['access-control-expose-headers'],
        headers['vary'],
      ]).toEqual([path, status, PAGE, '*', 'Origin']);
      await answer.whole();
      answer.leave();
    }
  });

  test('what an upstream says of origins counts for nothing', async () => {
    const upstream = await startUpstream({
      send: async (wire) => {
        const text = JSON.stringify({
          choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'x' } }],
        });
        await wire.write(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\naccess-control-allow-origin: https://evil.example\r\naccess-control-allow-credentials: true\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
        );
      },
    });
    stops.push(async () => await upstream.stop());
    const gateway = await started({
      proxy_api_key: 'the-right-key',
      cors: { origins: [PAGE] },
      backends: [{ name: 'demo', url: upstream.url }],
    });
    const answer = await send(`${gateway.url}/v1/chat/completions`, {
      headers: { ...KEY, origin: 'https://evil.example' },
      body: BODY,
    });
    expect([
      answer.status,
      answer.headers['access-control-allow-origin'],
      answer.headers['access-control-allow-credentials'],
    ]).toEqual([200, undefined, undefined]);
  });

  test('may be open to every page, which still need the key', async () => {
    const gateway = await started({ proxy_api_key: 'the-right-key', cors: { origins: ['*'] } });
    const answer = await send(`${gateway.url}/v1/models`, { headers: { ...KEY, origin: 'https://anyone.example' } });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, '*']);
    const stranger = await send(`${gateway.url}/v1/models`, { headers: { origin: 'https://anyone.example' } });
    expect([stranger.status, stranger.headers['access-control-allow-origin']]).toEqual([401, '*']);
  });
});

test('a WebSocket is refused so that clients fall back: 426', async () => {
  const gateway = await started();
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
  };
  for (const path of ['/v1/responses', '/responses', '/v1/realtime', '/v1/chat/completions'])
    expect(await codeOf(await send(`${gateway.url}${path}`, { headers: upgrade }))).toEqual([
      426,
      'websocket_not_supported',
    ]);
});
