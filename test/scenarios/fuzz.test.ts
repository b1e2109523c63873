// Whatever clients and backends send: no crash, no hang, no 500 of our making, no key where it does not belong.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { open, send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, chatEvents, pieces, raw, splitEvery } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-the-gateway-1234';
const BACKEND_KEY = 'key-of-the-backend-5678';
const AUTHORIZED = { authorization: `Bearer ${KEY}` };
const MESSAGES = [{ role: 'user', content: 'Hello' }];

let upstream: Upstream;
let gateway: Gateway;
let config: object;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  config = {
    proxy_api_key: KEY,
    proxy: { forward_client_ip: true, trusted_proxies: ['127.0.0.1'] },
    backends: [{ name: 'a', url: upstream.url, api_key: BACKEND_KEY }],
    models: { 'm/*': { routes: [{ backend: 'a', model: '*' }] }, one: { routes: [{ backend: 'a', model: 'm' }] } },
    fallback: { max_retries: 0, cooldown_seconds: 0 },
    rate_limit: { enabled: true, per_ip_rps: 1_000_000, per_model_rps: { one: 1_000_000 } },
    concurrency: { enabled: true },
    timeout: { first_byte_timeout: '2s', read_timeout: '2s', total_timeout: '10s' },
    logging: { base_dir: './logs', separate_files: true, console_level: 'error' },
  };
  gateway = await startGateway({ config });
});

afterAll(async () => {
  upstream.script(chatAnswer('ok'));
  await serves();
  await settled(upstream);
  await eventually(async () => {
    const { backends, requests }: Json = await (
      await send(`${gateway.url}/admin/backends`, { headers: AUTHORIZED })
    ).json();
    return requests.running === 0 && requests.waiting === 0 && backends[0].in_flight === 0;
  });
  const written = filesUnder(join(gateway.dir, 'logs'));
  expect(written.length).toBeGreaterThan(1);
  const texts = [...written.map((path) => readFileSync(path, 'utf8')), gateway.stdout(), gateway.stderr()].join('\n');
  for (const secret of [KEY, BACKEND_KEY]) expect(texts).not.toContain(secret);
  expect(texts).not.toContain('a bug in the gateway');
  expect(await gateway.stop()).toBe(0);
  await upstream.stop();
});

function filesUnder(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

async function serves(): Promise<void> {
  const answer = await send(`${gateway.url}/v1/chat/completions`, {
    headers: AUTHORIZED,
    body: { model: 'one', messages: MESSAGES },
  });
  expect(answer.status).toBe(200);
  await answer.whole();
}

/** The answer is HTTP, no bug of ours, and gives no key away. */
async function sound(answer: RawAnswer): Promise<string> {
  const { text } = await answer.whole();
  expect(text).not.toContain('internal_error');
  for (const secret of [KEY, BACKEND_KEY]) {
    expect(text).not.toContain(secret);
    expect(JSON.stringify(answer.headers)).not.toContain(secret);
  }
  return text;
}

async function post(body: string | Uint8Array | object, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return await send(`${gateway.url}/v1/chat/completions`, { body, headers: { ...AUTHORIZED, ...headers } });
}

const oddText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud800', '\u0000', '💥'.repeat(50), '__proto__', '*', '../..', 'm/'),
);
const odd = fc.oneof(fc.jsonValue({ maxDepth: 4 }), oddText, fc.constantFrom(null, true, 1e308, -0, [], {}));

describe('a request', () => {
  test('whose body is any JSON is answered, by us or the backend', async () => {
    const body = fc.record(
      {
        model: fc.oneof(
          { weight: 4, arbitrary: fc.constantFrom('one', 'm/x') },
          { weight: 1, arbitrary: oddText.map((text) => `m/${text}`) },
          { weight: 1, arbitrary: odd },
        ),
        messages: fc.oneof(fc.constant(MESSAGES), odd, fc.array(fc.record({ role: odd, content: odd }))),
        stream: fc.oneof(fc.boolean(), odd),
        tools: odd,
        __proto__: odd,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(body, odd), async (value) => {
        const answer = await post(JSON.stringify(value), { 'content-type': 'application/json' });
        await sound(answer);
        expect([200, 400, 404, 502]).toContain(answer.status);
      }),
      { numRuns: 200 },
    );
  });

  test('whose body is no JSON, or cut, or bytes, is 400', async () => {
    const valid = JSON.stringify({ model: 'one', messages: MESSAGES });
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc.nat(valid.length - 1).map((length) => new TextEncoder().encode(valid.slice(0, length))),
      fc.nat(5000).map((depth) => new TextEncoder().encode(`{"model":"one","x":${'['.repeat(depth)}`)),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const answer = await post(body);
        await sound(answer);
        expect([400, 404]).toContain(answer.status);
      }),
      { numRuns: 150 },
    );
  });

  test('nested as deep as it may be is no stack overflow', async () => {
    for (const depth of [1000, 100_000, 1_000_000]) {
      const nested = '['.repeat(depth) + ']'.repeat(depth);
      const answer = await post(`{"model":"one","messages":[],"x":${nested}}`);
      await sound(answer);
      expect([200, 400]).toContain(answer.status);
    }
  });

  test('with any headers is answered', async () => {
    const name = fc.oneof(
      fc.constantFrom(
        'x-trace-id',
        'x-forwarded-for',
        'content-type',
        'content-encoding',
        'accept-encoding',
        'connection',
        'x-api-key',
        'te',
        'cookie',
        'range',
        'x-request-id',
        'forwarded',
        'upgrade',
      ),
      fc
        .stringMatching(/^[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,40}$/)
        .filter((text) => !/^(content-length|host|expect|transfer-encoding|authorization)$/i.test(text)),
    );
    const value = fc.stringMatching(/^[\x20-\x7e]{0,200}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 60 }), async (pairs) => {
        const headers = Object.fromEntries(pairs.map(([key, text]) => [key, text.trim()]));
        const answer = await post({ model: 'one', messages: MESSAGES }, headers);
        await sound(answer);
        expect([200, 400, 401, 415]).toContain(answer.status);
        expect(answer.headers['x-trace-id']).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
      }),
      { numRuns: 150 },
    );
  });

  test('that is a form, whole or broken, is answered', async () => {
    const part = fc.record({
      name: fc.oneof(fc.constantFrom('model', 'file', 'prompt'), fc.stringMatching(/^[a-z"\\; =]{0,20}$/)),
      content: fc.oneof(fc.constant('one'), oddText),
      end: fc.constantFrom('\r\n', '\n', ''),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), fc.boolean(), async (parts, closed) => {
        const lines = parts.map(
          ({ name, content, end }) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${content}${end}`,
        );
        const answer = await send(`${gateway.url}/v1/audio/transcriptions`, {
          headers: { ...AUTHORIZED, 'content-type': 'multipart/form-data; boundary=b' },
          body: new TextEncoder().encode(lines.join('') + (closed ? '--b--\r\n' : '')),
        });
        await sound(answer);
        expect([200, 400, 404, 502]).toContain(answer.status);
      }),
      { numRuns: 150 },
    );
  });

  test('that is no HTTP does no harm', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const connection = await open(gateway.url);
        await connection.write(bytes);
        await connection.write('\r\n\r\n');
        connection.leave();
      }),
      { numRuns: 50 },
    );
    await serves();
  });
});

describe('a backend', () => {
  const stream = async (): Promise<RawAnswer> => await post({ model: 'one', messages: MESSAGES, stream: true });

  test('that streams any events never makes an answer that looks whole and is not', async () => {
    const event = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...chatEvents(['a', 'b']).map((one) => JSON.stringify(one))) },
      { weight: 1, arbitrary: fc.json() },
      { weight: 1, arbitrary: fc.string() },
      { weight: 1, arbitrary: fc.constantFrom('[DONE]', '{"error":{"message":"x"}}', '{"choices":[null]}', '') },
    );
    const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 12 }),
        lineEnd,
        fc.integer({ min: 1, max: 50 }),
        async (events, end, size) => {
          const text = events.map((data) => `data: ${data.replaceAll(/[\r\n]/g, ' ')}${end}${end}`).join('');
          upstream.script(pieces(splitEvery(text, size), { headers: { 'content-type': 'text/event-stream' } }));
          const answer = await stream();
          const heard = await sound(answer);
          const finished = events.some((data) => data.includes('"finish_reason":"stop"')) || events.includes('[DONE]');
          if (!finished) expect(heard).not.toContain('[DONE]');
        },
      ),
      { numRuns: 150 },
    );
    upstream.script(chatAnswer('ok'));
  });

  test('that streams any bytes does no harm', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 1000 }),
      fc
        .array(fc.constantFrom('data:', 'data: ', ':', '\n', '\r', '\0', '\uFEFF', 'event: x', '{', '"', 'é'), {
          maxLength: 60,
        })
        .map((parts) => new TextEncoder().encode(parts.join(''))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (body) => {
        upstream.script(pieces([body], { headers: { 'content-type': 'text/event-stream' } }));
        await sound(await stream());
      }),
      { numRuns: 150 },
    );
    upstream.script(chatAnswer('ok'));
  });

  test('that answers any bytes as HTTP does no harm', async () => {
    const head = fc.constantFrom(
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 503 X\r\n',
      'HTTP/1.1 304 X\r\n',
      'HTTP/1.1 101 X\r\n',
      '',
    );
    await fc.assert(
      fc.asyncProperty(head, fc.string({ unit: 'binary', maxLength: 300 }), async (start, rest) => {
        upstream.script(raw(start + rest));
        await sound(await post({ model: 'one', messages: MESSAGES }));
      }),
      { numRuns: 100 },
    );
    upstream.script(chatAnswer('ok'));
  });
});

test('a config that changes to anything leaves the gateway serving', async () => {
  const valid = readFileSync(join(gateway.dir, 'config.yaml'), 'utf8');
  // Neither the address nor the key is to be lost, or the test would shut itself out.
  const keep = /^(?:listen|proxy_api_key): .*$/gm;
  const kept = `${valid.match(keep)?.join('\n') ?? ''}\n`;
  const rest = valid.replaceAll(keep, '');
  const texts = fc
    .oneof(
      fc.string({ unit: 'binary' }).filter((text) => !/listen|proxy_api_key|\.\.\./.test(text)),
      fc
        .tuple(fc.nat(rest.length), fc.nat(40), fc.string({ maxLength: 20 }))
        .map(([at, cut, put]) => rest.slice(0, at) + put + rest.slice(at + cut)),
    )
    .map((text) => kept + text);
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      gateway.writeFile('config.yaml', text);
      const answer = await send(`${gateway.url}/admin/reload`, { method: 'POST', headers: AUTHORIZED });
      const said = await sound(answer);
      expect([200, 422]).toContain(answer.status);
      if (answer.status === 422) expect(JSON.parse(said).problems.length).toBeGreaterThan(0);
      expect((await send(`${gateway.url}/v1/models`, { headers: AUTHORIZED })).status).toBe(200);
    }),
    { numRuns: 100 },
  );
  gateway.writeConfig(config);
  expect((await send(`${gateway.url}/admin/reload`, { method: 'POST', headers: AUTHORIZED })).status).toBe(200);
});
