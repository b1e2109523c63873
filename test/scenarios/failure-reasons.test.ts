// What the log, and the client whom nothing served, are told of the reasons.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import { chatAnswer, json, raw, sse, stall, stallAfter, chatEvents } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

const KEY = 'sk-backend-1234567890';
let upstream: Upstream;
let gateway: Gateway;
let nobody: number;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  const gone = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
  nobody = gone.port;
  gone.stop(true);
  const via = (backend: string) => ({ routes: [{ backend, model: 'some-model' }] });
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'up', url: upstream.url, api_key: KEY },
        { name: 'nobody', url: `http://127.0.0.1:${nobody}/v1`, api_key: KEY },
        { name: 'nowhere', url: 'http://no-such-host.invalid/v1', api_key: KEY },
        {
          name: 'hasty',
          url: upstream.url,
          api_key: KEY,
          timeout: { first_byte_timeout: '80ms', read_timeout: '90ms' },
        },
        { name: 'keyless', url: upstream.url },
      ],
      models: {
        up: via('up'),
        nobody: via('nobody'),
        nowhere: via('nowhere'),
        hasty: via('hasty'),
        keyless: via('keyless'),
        both: { routes: [...via('nobody').routes, { backend: 'hasty', model: 'm', priority: 2 }] },
        cooling: via('nobody'),
      },
      fallback: { max_retries: 0, cooldown_seconds: 0 },
      logging: { base_dir: './logs', separate_files: true },
    },
  });
});

afterAll(async () => {
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

beforeEach(() => upstream.script(chatAnswer('ok')));

async function ask(model: string, { stream = false, content = 'hi' } = {}) {
  const before = gateway.logs().length;
  const answer = await send(`${gateway.url}/v1/chat/completions`, {
    body: { model, stream, messages: [{ role: 'user', content }] },
    headers: { authorization: 'Bearer the-own-key-of-a-client' },
  });
  const { text } = await answer.whole();
  await eventually(() => gateway.logs().length > before);
  const line = gateway.logs().at(-1);
  return { status: answer.status, text, tried: line?.tries?.[0] };
}

describe('a connection that fails names host, port and the system’s word', () => {
  test('refused', async () => {
    const { text, tried } = await ask('nobody');
    expect(tried).toMatchObject({ failure: 'connection_failed', detail: `ECONNREFUSED 127.0.0.1:${nobody}` });
    expect(JSON.parse(text).error.message).toContain(`ECONNREFUSED 127.0.0.1:${nobody}`);
  });

  test('no such host, with the port that goes with the scheme', async () => {
    const { tried } = await ask('nowhere');
    expect(tried.failure).toBe('connection_failed');
    expect(tried.detail).toMatch(/^\w+ no-such-host\.invalid:80$/);
  });

  test('closed before an answer', async () => {
    upstream.script({ send: (wire) => Promise.resolve(wire.cut()) });
    const { tried } = await ask('up');
    expect(tried).toMatchObject({ failure: 'connection_reset', detail: `ECONNRESET 127.0.0.1:${upstream.port}` });
  });
});

describe('a timeout names its limit', () => {
  test('before the first byte', async () => {
    upstream.script(stall());
    const { text, tried } = await ask('hasty');
    expect(tried).toMatchObject({ failure: 'first_byte_timeout', detail: '80ms' });
    expect(JSON.parse(text).error.message).toContain('first_byte_timeout (80ms)');
  });

  test('inside a stream', async () => {
    upstream.script(stallAfter(chatEvents(['one']).slice(0, 2)));
    const { tried } = await ask('hasty', { stream: true });
    expect(tried).toMatchObject({ failure: 'read_timeout', detail: '90ms' });
  });

  test('each of several tries', async () => {
    upstream.script(stall());
    const { text } = await ask('both');
    expect(JSON.parse(text).error.message).toMatch(/1\. nobody.*ECONNREFUSED 127.*2\. hasty.*\(80ms\)/);
  });
});

describe('an upstream’s words', () => {
  const said = {
    message: 'The model is down for maintenance in region x',
    type: 'a_type',
    code: 'a_code',
    param: null,
  };

  test.each([401, 402, 403, 404, 408, 409, 429, 500, 502, 503, 529])('of a %i are in the log', async (code) => {
    upstream.script(json(code, { error: said }));
    const { tried } = await ask('up');
    expect(tried).toMatchObject({ status: code, detail: 'a_code', type: 'a_type', message: said.message });
  });

  test.each([400, 413, 422])('of a %i never are', async (code) => {
    upstream.script(json(code, { error: said }));
    const { tried } = await ask('up');
    expect(tried).toMatchObject({ status: code, detail: 'a_code', type: 'a_type' });
    expect(tried.message).toBeUndefined();
    upstream.script(json(code, 'words', { 'content-type': 'text/plain' }));
    expect((await ask('up')).tried.message).toBeUndefined();
  });

  test('of a page are, without its line breaks', async () => {
    upstream.script(json(502, '<html>\n<title>502 Bad Gateway</title>\n</html>', { 'content-type': 'text/html' }));
    expect((await ask('up')).tried.message).toBe('<html> <title>502 Bad Gateway</title> </html>');
    upstream.script(json(451, 'not here', { 'content-type': 'text/plain' }));
    expect((await ask('up')).tried.message).toBe('not here');
  });

  test.each([false, true])('of a page in a 200 are that it is one (stream: %p)', async (stream) => {
    const detail = async (body: string, type: string): Promise<unknown> => {
      upstream.script(json(200, body, { 'content-type': type }));
      const { tried } = await ask('up', { stream });
      expect(tried.failure).toBe('broken_answer');
      return tried.detail;
    };
    expect(await detail('<!DOCTYPE html><title>Sign in</title>', 'text/html')).toBe('html');
    expect(await detail('\uFEFF\n  <html></html>', 'application/json')).toBe('html');
    expect(await detail('Sign in < here', 'text/plain')).toBe('invalid_json');
  });

  test('of shapes that nobody has described', async () => {
    for (const body of [
      { detail: said.message },
      { message: said.message },
      { detail: [{ msg: said.message, loc: [] }] },
      { message: { detail: [{ msg: said.message }] } },
      { errors: [{ code: 7, message: said.message }] },
      { error: said.message },
    ]) {
      upstream.script(json(503, body));
      expect((await ask('up')).tried.message).toBe(said.message);
    }
  });

  test('of an error in a 200 are, if it says which', async () => {
    upstream.script(json(200, { error: { ...said, code: 429 } }));
    expect((await ask('up')).tried.message).toBe(said.message);
    upstream.script(json(200, { error: said }));
    expect((await ask('up')).tried.message).toBeUndefined();
    upstream.script(sse([{ error: { ...said, type: 'overloaded_error', code: null } }], { done: false }));
    expect((await ask('up', { stream: true })).tried.message).toBe(said.message);
  });

  test('are 200 characters at most, and no torn word', async () => {
    upstream.script(json(500, { error: { message: `${'word '.repeat(39)}${'x'.repeat(300)}` } }));
    const { message } = (await ask('up')).tried;
    expect(message).toBe(`${'word '.repeat(39).trim()}…`);
  });

  test('are masked', async () => {
    upstream.script(json(401, { error: { message: `Incorrect API key provided: ${KEY}.` } }));
    const { message } = (await ask('up')).tried;
    expect(message).toStartWith('Incorrect API key provided: ');
    expect(message).not.toContain(KEY);
  });

  test('are not, where they quote what was asked, or a client’s own key may be in them', async () => {
    const content = 'how do I end a process that hangs';
    upstream.script(json(500, { error: { message: `cannot tokenize: ${content}` } }));
    expect((await ask('up', { content })).tried.message).toBeUndefined();
    upstream.script(json(401, { error: { message: 'Incorrect API key: the-own-key-of-a-client' } }));
    expect((await ask('keyless')).tried.message).toBeUndefined();
  });

  test('may name the model', async () => {
    upstream.script(json(404, { error: { message: 'The model `some-model` does not exist' } }));
    expect((await ask('up')).tried.message).toBe('The model `some-model` does not exist');
  });

  test('are not in what the client is told of several tries', async () => {
    upstream.script(raw('HTTP/1.1 307 x\r\nlocation: /\r\ncontent-length: 0\r\n\r\n'));
    const { text } = await ask('up');
    expect(text).not.toContain(said.message);
  });
});
