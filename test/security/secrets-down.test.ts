// A backend that echoes what it was sent does not show a client the gateway's secrets, whatever way the answer takes.
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { DIALECTS } from '../dialects/stage.ts';
import type { Answer } from '../dialects/spoken.ts';
import { send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, json, pieces, raw } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-the-gateway-1234';
const BACKEND_KEY = 'sk-backend/4f9b+Q2x=Y8ZkLmNoPq';
const OTHERS_KEY = 'sk-of-another-backend-77777';
const HEADER_KEY = 'header-key-of-the-backend-1';
const BEARER = 'behind-a-scheme-of-its-own-2';
const SECRETS = [KEY, BACKEND_KEY, OTHERS_KEY, HEADER_KEY, BEARER];
const USAGE = { input: 1, output: 1 };
const TURNS = [{ role: 'user', items: [{ text: 'Hello' }] }] as const;

let upstream: Upstream;
let tokens: Upstream;
let gateway: Gateway;
const started: Gateway[] = [];

beforeAll(async () => {
  [upstream, tokens] = await Promise.all([startUpstream(chatAnswer('ok')), startUpstream(chatAnswer('ok'))]);
  const origin = `http://127.0.0.1:${upstream.port}`;
  const backends = DIALECTS.map(({ protocol, base }) => ({
    name: protocol,
    protocol,
    url: origin + base,
    api_key: BACKEND_KEY,
    headers: {
      'X-Second-Key': HEADER_KEY,
      'X-Third': `Token ${BEARER}`,
      'anthropic-version': '2023-06-01',
      'X-Mode': 'production',
    },
  }));
  gateway = await startGateway({
    config: {
      proxy_api_key: KEY,
      backends: [...backends, { name: 'other', url: `${origin}/v1`, api_key: OTHERS_KEY }],
      models: Object.fromEntries(backends.map(({ name }) => [name, { routes: [{ backend: name, model: 'm' }] }])),
      fallback: { cooldown_seconds: 0, max_retries: 0 },
    },
  });
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()));
});

afterAll(async () => {
  await settled(upstream, tokens);
  await gateway.stop();
  await Promise.all([upstream.stop(), tokens.stop()]);
});

const ECHO = SECRETS.join(' | ');
const said = (text: string): Answer => ({ items: [{ text }], finish: 'stop', usage: USAGE });

const ANY_SECRET = new RegExp(SECRETS.map((secret) => RegExp.escape(secret)).join('|'), 'g');

/** The texts of a stream's events, whatever dialect it is of. */
function piecesIn(stream: string): string[] {
  const pieces = stream.matchAll(/"(?:content|text|delta)":\s*"((?:[^"\\]|\\.)*)"/g);
  return Array.from(pieces, ([, text = '']) => text);
}

const textOf = (texts: readonly string[]): string => texts.join('');

type Front = (typeof DIALECTS)[number];

async function ask(front: Front, model: string, stream: boolean): Promise<RawAnswer> {
  const { path, body } = front.request({ turns: TURNS }, model, stream);
  return await send(gateway.url + path, { headers: { authorization: `Bearer ${KEY}` }, body });
}

/** Forms in which an answer may hold it. */
function formsOf(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [secret, inJson, inJson.replaceAll('/', String.raw`\/`), encodeURIComponent(secret), btoa(secret)];
}

function expectClean(answer: RawAnswer, text: string, secrets: readonly string[] = SECRETS): void {
  const all = `${JSON.stringify(answer.rawHeaders)}\n${text}`;
  for (const secret of secrets) for (const form of formsOf(secret)) expect(all).not.toContain(form);
}

describe.each(DIALECTS.map((front) => [front.protocol, front] as const))('a client of %s', (_name, front) => {
  describe.each(DIALECTS.map((back) => [back.protocol, back] as const))('and a backend of %s', (model, back) => {
    test.each([false, true])('in what a model said (stream: %p)', async (stream) => {
      const text = `Your headers: ${ECHO}.`;
      upstream.script(stream ? pieces(back.events(said(text))) : json(200, back.answer(said(text))));
      const answer = await ask(front, model, stream);
      const whole = await answer.whole();
      expect(answer.status).toBe(200);
      expect(whole.ending).toBe('complete');
      expectClean(answer, whole.text);
      const starred = text.replaceAll(ANY_SECRET, (found) => '*'.repeat(found.length));
      // Nothing but the secrets is another text; in a stream what begins one may go before it is known for one.
      const told = textOf(stream ? piecesIn(whole.text) : [JSON.stringify(front.readAnswer(JSON.parse(whole.text)))]);
      if (!stream) expect(told).toContain(JSON.stringify(starred).slice(1, -1));
      for (const secret of SECRETS) expect(told).not.toContain(secret);
    });

    test.each([400, 401, 429, 500, 503])('in an error %d', async (code) => {
      upstream.script(
        json(code, back.error({ status: code, message: `you sent ${ECHO}` }), { 'x-request-id': BACKEND_KEY }),
      );
      for (const stream of [false, true]) {
        const answer = await ask(front, model, stream);
        const { text } = await answer.whole();
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expectClean(answer, text);
      }
    });

    test('in the error event of a stream', async () => {
      const events = back.events(said('Hello'));
      const error = JSON.stringify(back.error({ status: 500, message: `you sent ${ECHO}` }));
      upstream.script(pieces([...events.slice(0, 3), `event: error\ndata: ${error}\n\n`]));
      const answer = await ask(front, model, true);
      expectClean(answer, (await answer.whole()).text);
    });
  });

  test('in a stream whose bytes are split anywhere', async () => {
    const whole = Buffer.from(front.events(said(`Your key is ${BACKEND_KEY}, and ${HEADER_KEY}.`)).join(''));
    const cuts = fc.sample(fc.uniqueArray(fc.nat({ max: whole.length }), { maxLength: 30 }), { numRuns: 12, seed: 7 });
    for (const cut of cuts) {
      const ends = [...cut.sort((a, b) => a - b), whole.length];
      upstream.script(
        pieces(ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end)).filter((part) => part.length > 0)),
      );
      const answer = await ask(front, front.protocol, true);
      const { text, ending } = await answer.whole();
      expect(ending).toBe('complete');
      expect(text).toContain('****');
      expectClean(answer, text);
      for (const secret of SECRETS) expect(textOf(piecesIn(text))).not.toContain(secret.slice(4));
    }
  });

  test('in the headers', async () => {
    const headers = {
      'x-request-id': BACKEND_KEY,
      'openai-version': `v ${HEADER_KEY}`,
      'content-disposition': encodeURIComponent(BACKEND_KEY),
    };
    upstream.script(json(200, front.answer(said('Hello')), headers));
    const answer = await ask(front, front.protocol, false);
    const { text } = await answer.whole();
    expectClean(answer, text);
    expect(answer.headers['x-request-id']).toBe('*'.repeat(BACKEND_KEY.length));
  });
});

describe('an answer that is no model’s word', () => {
  const chat = async (path: string, body: object) => {
    const answer = await send(gateway.url + path, { headers: { authorization: `Bearer ${KEY}` }, body });
    return { answer, ...(await answer.whole()) };
  };

  test.each([
    ['a page of a proxy', 'text/html', `<pre>Authorization: Bearer ${BACKEND_KEY}</pre>`],
    ['a text', 'text/plain', ECHO],
    ['JSON that is none', 'application/json', `{"authorization": "Bearer ${BACKEND_KEY}`],
    [
      'JSON with escapes',
      'application/json',
      JSON.stringify({ error: { message: ECHO } }).replaceAll('/', String.raw`\/`),
    ],
    ['a URL', 'text/plain', `https://x.example/?key=${encodeURIComponent(BACKEND_KEY)}`],
    ['Base64', 'text/plain', `Basic ${Buffer.from(`user:${BACKEND_KEY}`).toString('base64')}`],
  ])('%s', async (_kind, type, body) => {
    const bytes = `content-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    for (const code of [400, 500]) {
      upstream.script(raw(`HTTP/1.1 ${code} Bad\r\n${bytes}`, { keep: true }));
      const { answer, text } = await chat('/v1/chat/completions', { model: 'openai', messages: [] });
      expect(text).toHaveLength(body.length);
      expectClean(answer, text);
      expect(text).not.toContain(Buffer.from(`user:${BACKEND_KEY}`).toString('base64').slice(12, 36));
    }
  });

  test.each([
    ['audio', 'audio/mpeg', 20_000],
    ['a long answer in JSON', 'application/json', 2_500_000],
  ])('%s, piece by piece, with a secret across every border', async (_kind, type, bytes) => {
    const step = 997;
    const filling = 'x'.repeat(step - BACKEND_KEY.length);
    const body = `"${`${filling}${BACKEND_KEY}`.repeat(Math.ceil(bytes / step))}"`;
    const parts: string[] = [];
    for (let at = 0, end = 0; at < body.length; at = end) {
      end = at === 0 ? step - 7 : at + step;
      parts.push(body.slice(at, end));
    }
    upstream.script(pieces(parts, { headers: { 'content-type': type } }));
    const { answer, text, ending } = await chat('/v1/audio/speech', { model: 'openai', input: 'x', voice: 'y' });
    expect(ending).toBe('complete');
    expectClean(answer, text);
    expect(text).toBe(body.replaceAll(BACKEND_KEY, '*'.repeat(BACKEND_KEY.length)));
  });

  test('the last bytes, if they only look like the beginning of a secret', async () => {
    const body = `"${'x'.repeat(1_500_000)} ${BACKEND_KEY.slice(0, 9)}`;
    upstream.script(
      pieces([body.slice(0, 1_200_000), body.slice(1_200_000)], { headers: { 'content-type': 'audio/mpeg' } }),
    );
    const { text, ending } = await chat('/v1/audio/speech', { model: 'openai', input: 'x', voice: 'y' });
    expect([ending, text === body]).toEqual(['complete', true]);
  });

  test('the gateway’s own sentences about a backend', async () => {
    upstream.script(json(503, { error: { message: 'x', type: BACKEND_KEY, code: BACKEND_KEY } }));
    const { answer, text } = await chat('/v1/messages', {
      model: 'openai',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'x' }],
    });
    expectClean(answer, text);
    upstream.script(json(200, { error: { message: ECHO, type: BACKEND_KEY, code: HEADER_KEY } }));
    const second = await chat('/v1/messages', {
      model: 'openai',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'x' }],
    });
    expectClean(second.answer, second.text);
  });

  test('what only stands in a header that everybody knows is no secret', async () => {
    upstream.script(chatAnswer('The version 2023-06-01 is in production.'));
    const { text } = await chat('/v1/chat/completions', { model: 'openai', messages: [] });
    expect(text).toContain('The version 2023-06-01 is in production.');
  });
});

describe('a secret that is not in the config', () => {
  test('an access token that was made of a key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    tokens.script((_request, n) =>
      json(200, { access_token: `ya29.token-number-${n}-of-the-account`, expires_in: 3599 }),
    );
    const account = { type: 'service_account', client_email: 'a@b.example', private_key: pem, token_uri: tokens.url };
    const one = await startGateway({
      config: {
        backends: [
          {
            name: 'it',
            vendor: 'vertex',
            url: `http://127.0.0.1:${upstream.port}`,
            project: 'p',
            location: 'eu',
            credentials: 'file:account.json',
          },
        ],
        models: { alias: { routes: [{ backend: 'it', model: 'm' }] } },
        fallback: { cooldown_seconds: 0, max_retries: 0 },
      },
      files: { 'account.json': JSON.stringify(account) },
    });
    started.push(one);
    upstream.script(({ headers }) =>
      json(400, { error: { code: 400, message: `${headers['authorization']} ${JSON.stringify(pem)}` } }),
    );
    const answer = await send(`${one.url}/v1/chat/completions`, {
      body: { model: 'alias', messages: [{ role: 'user', content: 'x' }] },
    });
    const { text } = await answer.whole();
    expect(upstream.requests.at(-1)?.headers['authorization']).toBe('Bearer ya29.token-number-0-of-the-account');
    expect(text).toContain('Bearer ****');
    expectClean(answer, text, [
      'ya29.token-number-0-of-the-account',
      pem.split('\n')[1] ?? '',
      pem.split('\n')[5] ?? '',
    ]);
  });

  test('keys of AWS that stand in the environment', async () => {
    const env = {
      AWS_ACCESS_KEY_ID: 'AKIAOFTHEENVIRONMENT',
      AWS_SECRET_ACCESS_KEY: 'secret/of/the+environment/0123456789abcd',
      AWS_SESSION_TOKEN: 'token-of-the-session-0123456789',
    };
    const one = await startGateway({
      config: {
        backends: [{ name: 'it', vendor: 'bedrock', url: `http://127.0.0.1:${upstream.port}`, region: 'eu-west-1' }],
        models: { alias: { routes: [{ backend: 'it', model: 'm' }] } },
        fallback: { cooldown_seconds: 0, max_retries: 0 },
      },
      env,
    });
    started.push(one);
    upstream.script(({ headers }) =>
      json(400, {
        message: `${headers['authorization']} ${headers['x-amz-security-token']} ${env.AWS_SECRET_ACCESS_KEY}`,
      }),
    );
    const answer = await send(`${one.url}/v1/messages`, {
      body: { model: 'alias', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] },
    });
    const { text } = await answer.whole();
    expect(answer.status).toBe(400);
    expect(text).toContain('AWS4-HMAC-SHA256 Credential=****');
    expectClean(answer, text, Object.values(env));
  });
});
