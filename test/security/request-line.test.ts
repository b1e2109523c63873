// The path is the request line's, whatever else a request says: nothing is served as another path, nor operators' paths
// at any spelling but their own.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { open } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';

const BODY = JSON.stringify({ model: 'demo', messages: [{ role: 'user', content: 'Hello' }] });

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      backends: [{ name: 'demo', url: 'demo:' }],
      models: { demo: { routes: [{ backend: 'demo', model: 'demo' }] } },
    },
  });
});

afterAll(async () => {
  expect(await gateway.stop()).toBe(0);
});

/** The answer to these bytes, each a character's code; undefined where the connection is closed without one. */
async function ask(head: string): Promise<{ answer: RawAnswer; text: string } | undefined> {
  const connection = await open(gateway.url);
  await connection.write(Buffer.from(`${head}\r\n\r\n`, 'latin1'));
  try {
    const answer = await connection.answer({ toHead: head.startsWith('HEAD') });
    const { text } = await answer.whole();
    return { answer, text };
  } catch {
    return undefined;
  } finally {
    connection.leave();
  }
}

async function statusOf(head: string): Promise<number | undefined> {
  return (await ask(head))?.answer.status;
}

describe('whatever the Host says', () => {
  const HOSTS = [
    'a b',
    'a/b',
    'a?b',
    'a#b',
    'u:p@h',
    'a\\b',
    'a"b',
    '<a>',
    'a|b',
    '\xff',
    'h\xe9',
    '[',
    '[::1',
    'a\tb',
    '{x}',
    'a^b',
    'a`b',
    'x/public',
    '/',
    '//',
    '?',
    '',
    'localhost',
    '127.0.0.1:1',
    '[::1]:1',
    'a%2fb',
  ];

  test.each(HOSTS)('Host: %p does not take a segment off the path', async (host) => {
    for (const path of ['/public/admin/backends', '/x/metrics', '/x/v1/models', '//x/admin/backends'])
      for (const version of ['1.1', '1.0']) {
        const answer = await ask(`GET ${path} HTTP/${version}\r\nHost: ${host}`);
        expect([400, 403, 404]).toContain(answer?.answer.status ?? 0);
        expect(answer?.text).not.toContain('"backends":[');
      }
  });

  test('one that is none, and several of them, are refused', async () => {
    for (const host of ['a b', 'a/b', 'u:p@h', 'a\\b', '\xff']) {
      const found = await ask(`GET /v1/models HTTP/1.1\r\nHost: ${host}`);
      expect(found?.answer.status).toBe(400);
      expect(JSON.parse(found?.text ?? '').error.code).toBe('malformed_request');
    }
    expect(await statusOf('GET /v1/models HTTP/1.1\r\nHost: localhost\r\nHost: localhost')).toBe(400);
  });

  test('HTTP/1.0 works, with and without one', async () => {
    for (const host of ['', '\r\nHost: localhost']) {
      const models = await ask(`GET /v1/models?x=1 HTTP/1.0${host}`);
      expect(models?.answer.status).toBe(200);
      expect(models?.text).toContain('"demo"');
      expect(await statusOf(`GET /x/../v1/models HTTP/1.0${host}`)).toBe(200);
      const post = `POST /v1/chat/completions HTTP/1.0${host}\r\nContent-Length: ${BODY.length}`;
      const connection = await open(gateway.url);
      await connection.write(`${post}\r\n\r\n${BODY}`);
      expect((await connection.answer()).status).toBe(200);
      connection.leave();
    }
  });

  test('HTTP/1.1 without one is refused', async () => {
    expect(await statusOf('GET /v1/models HTTP/1.1')).toBe(400);
  });
});

describe("operators' paths", () => {
  const HOST = 'Host: localhost';

  test('are found at their own spelling', async () => {
    expect(await statusOf(`GET /admin/backends HTTP/1.1\r\n${HOST}`)).toBe(200);
    expect(await statusOf(`GET /admin/backends?x HTTP/1.1\r\n${HOST}`)).toBe(200);
    expect(await statusOf(`GET /metrics HTTP/1.1\r\n${HOST}`)).toBe(200);
    expect(await statusOf(`DELETE /metrics HTTP/1.1\r\n${HOST}`)).toBe(405);
    expect(await statusOf('GET /admin/backends HTTP/1.0')).toBe(200);
  });

  test.each([
    '/public/../admin/backends',
    '/public/%2e%2e/admin/backends',
    '/public/.%2E/admin/backends',
    '/./admin/backends',
    '/public\\..\\admin\\backends',
    '/admin/x/../backends',
    '/admin\\backends',
    '//admin/backends',
    '/admin/backends/',
    '/admin//backends',
    '/%61dmin/backends',
    '/admin%2fbackends',
    '/admin/backends%00',
    '/admin/backends;x',
    '/ADMIN/backends',
    '/x/../metrics',
    '/metrics/',
    '//metrics',
    '/metrics%23',
    '/x/../admin/reload',
    '//localhost/admin/backends',
  ])('are not found at %s', async (path) => {
    for (const line of [`HTTP/1.1\r\n${HOST}`, 'HTTP/1.0'])
      for (const method of ['GET', 'POST']) expect(await statusOf(`${method} ${path} ${line}`)).toBe(404);
  });
});

describe('targets of other forms', () => {
  const HOST = 'Host: localhost';

  test('an absolute one is a path, too', async () => {
    expect(await statusOf(`GET http://evil.example/v1/models HTTP/1.1\r\n${HOST}`)).toBe(200);
    expect(await statusOf(`GET http://evil.example/x/admin/backends HTTP/1.1\r\n${HOST}`)).toBe(404);
    expect(await statusOf(`GET http://evil.example?x=/admin/backends HTTP/1.1\r\n${HOST}`)).toBe(404);
    expect(await statusOf(`GET http://evil.example/public/../admin/backends HTTP/1.1\r\n${HOST}`)).toBe(404);
  });

  test('a fragment is refused, and so is what is no path', async () => {
    expect(await statusOf(`GET /v1/models#x HTTP/1.1\r\n${HOST}`)).toBe(400);
    expect(await statusOf(`GET /v1/models?a#x HTTP/1.1\r\n${HOST}`)).toBe(400);
    // These Bun refuses itself, without a body.
    for (const target of ['*', 'v1/models', '@x/v1/models', ':80/v1/models', '?x', '\\v1\\models', 'ftp://x/v1/models'])
      expect(await statusOf(`GET ${target} HTTP/1.1\r\n${HOST}`)).toBe(400);
    expect(await statusOf(`OPTIONS * HTTP/1.1\r\n${HOST}`)).toBe(400);
  });

  test('CONNECT is told that this is no proxy', async () => {
    const found = await ask('CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com:443');
    expect(found?.answer.status).toBe(405);
    expect(JSON.parse(found?.text ?? '').error.message).toContain('base URL');
  });

  test('control characters and unknown versions get nothing', async () => {
    for (const line of [
      'GET /v1/\0models HTTP/1.1',
      'GET /v1/mod els HTTP/1.1',
      'GET /v1/models HTTP/2.0',
      'GET /v1/models',
    ])
      expect([400, 505, undefined]).toContain(await statusOf(`${line}\r\n${HOST}`));
  });

  test('odd bytes and escapes stay in the path, and are found nowhere', async () => {
    for (const path of ['/caf\xc3\xa9', '/caf\xe9', '/v1/models%zz', '/a"b<c>d', '/v1/chat/completions%00'])
      expect(await statusOf(`GET ${path} HTTP/1.1\r\n${HOST}`)).toBe(404);
  });
});

test('slashes too many, as base URLs that end in one make them, do not matter', async () => {
  for (const path of [
    '//v1/chat/completions',
    '///v1/chat/completions',
    '//chat/completions',
    '/v1//chat/completions',
    '/v1/chat/completions/',
    '//v1//chat//completions//',
    '/v1/messages/',
    '/v1//messages',
    '/v1/responses//',
    '/openai/v1//responses/',
    '//v1/messages',
    '//v1/responses',
  ]) {
    const body = JSON.stringify({
      model: 'demo',
      messages: [{ role: 'user', content: 'Hello' }],
      ...(path.includes('messages') ? { max_tokens: 9 } : {}),
      ...(path.includes('responses') ? { input: 'Hello' } : {}),
    });
    const connection = await open(gateway.url);
    await connection.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    expect([path, (await connection.answer()).status]).toEqual([path, 200]);
    connection.leave();
  }
  expect(await statusOf('GET //v1/models HTTP/1.1\r\nHost: localhost')).toBe(200);
  expect(await statusOf('GET //v1beta/models/demo HTTP/1.1\r\nHost: localhost')).toBe(200);
  for (const path of [
    '/v1/models/',
    '/v1//models',
    '/v1/models/demo/',
    '/v1beta/models/',
    '/v1beta//models/demo',
    '/readyz/',
  ])
    expect([path, await statusOf(`GET ${path} HTTP/1.1\r\nHost: localhost`)]).toEqual([path, 200]);
  // However many there are, looking costs no more.
  for (const path of ['/'.repeat(10_000), `/v1${'/'.repeat(9000)}x`, '/v1'.repeat(3000), `${'/a'.repeat(5000)}/`])
    expect(await statusOf(`GET ${path} HTTP/1.1\r\nHost: localhost`)).toBe(404);
});
