import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { generateKeyPairSync, verify } from 'node:crypto';
import { closeBeforeAnswer, hold, json, raw } from '../../../../test/kit/replies.ts';
import { settled } from '../../../../test/kit/settled.ts';
import type { SeenRequest, Upstream } from '../../../../test/kit/upstream.ts';
import { startUpstream } from '../../../../test/kit/upstream.ts';
import type { GoogleAccount } from '../../../vendors/google-account.ts';
import { readGoogleAccount } from '../../../vendors/google-account.ts';
import type { UpstreamAnswer } from '../../../core/upstream-answer.ts';
import { Cancellation } from '../../../lib/cancellation.ts';
import { httpTransport } from '../http.ts';
import { withGoogleToken } from './authorised.ts';
import { GoogleTokens } from './token.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' });
const NOW = Date.parse('2026-01-02T03:04:05Z');
const MINUTE = 60_000;

let endpoint: Upstream;
let api: Upstream;
let now = NOW;

beforeAll(async () => {
  [endpoint, api] = await Promise.all([startUpstream([]), startUpstream([])]);
});

beforeEach(() => {
  now = NOW;
  endpoint.script((_request, n) => json(200, { access_token: `ya29.${n}`, expires_in: 3599, token_type: 'Bearer' }));
});

afterEach(() => settled(endpoint, api));

afterAll(async () => {
  await Promise.all([endpoint.stop(), api.stop()]);
});

function account(): GoogleAccount {
  const read = readGoogleAccount(
    JSON.stringify({
      type: 'service_account',
      client_email: 'gateway@acme.iam.gserviceaccount.com',
      private_key: PEM,
      private_key_id: 'key-1',
      token_uri: `${endpoint.url}/token`,
    }),
  );
  if ('problem' in read) throw new Error(read.problem);
  return read;
}

const tokens = (): GoogleTokens => new GoogleTokens(account(), {}, () => now);
const never = (): AbortSignal => new AbortController().signal;
const lastOf = ({ requests }: Upstream): SeenRequest => requests.at(-1)!;

test('a token is asked for with a JWT that the account has signed', async () => {
  expect(await tokens().get(never())).toBe('ya29.0');
  const form = new URLSearchParams(lastOf(endpoint).text);
  expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
  const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
    iss: 'gateway@acme.iam.gserviceaccount.com',
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    aud: `${endpoint.url}/token`,
    iat: NOW / 1000,
    exp: NOW / 1000 + 3600,
  });
  const signed = Buffer.from(`${head}.${claims}`);
  expect(verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
});

test('a token is kept until shortly before its end', async () => {
  const own = tokens();
  expect(await own.get(never())).toBe('ya29.0');
  now += 54 * MINUTE;
  expect(await own.get(never())).toBe('ya29.0');
  now += 2 * MINUTE;
  expect(await own.get(never())).toBe('ya29.1');
});

test('many who want one at once cause one request', async () => {
  const before = endpoint.requests.length;
  const gate = hold(json(200, { access_token: 'ya29.x', expires_in: 3599 }));
  endpoint.script(gate);
  const own = tokens();
  const all = Array.from({ length: 20 }, () => own.get(never()));
  await gate.reached;
  gate.release();
  expect(new Set(await Promise.all(all))).toEqual(new Set(['ya29.x']));
  expect(endpoint.requests.length - before).toBe(1);
});

test('who gives up waits no longer, and the others get it', async () => {
  const gate = hold(json(200, { access_token: 'ya29.x', expires_in: 3599 }));
  endpoint.script(gate);
  const own = tokens();
  const controller = new AbortController();
  const leaving = own.get(controller.signal);
  const staying = own.get(never());
  await gate.reached;
  controller.abort(new Error('left'));
  expect(leaving).rejects.toThrow('left');
  await leaving.catch(() => undefined);
  gate.release();
  expect(await staying).toBe('ya29.x');
});

test.each([
  ['a refusal', json(401, { error: 'invalid_grant', error_description: 'gateway@acme' }), 'token_refused_401'],
  ['a redirect', json(302, '', { location: 'http://127.0.0.1:1/' }), 'token_refused_302'],
  ['no JSON', json(200, 'hello'), 'token_answer_broken'],
  ['no token in it', json(200, { id_token: 'x' }), 'token_answer_broken'],
  ['no HTTP', raw('nonsense\r\n\r\n'), 'token_endpoint_unreachable'],
  ['no answer', closeBeforeAnswer(), 'token_endpoint_unreachable'],
])('%s fails with a code, says nothing of the account, and is tried anew', async (_what, reply, code) => {
  endpoint.script(reply);
  const own = tokens();
  const error: unknown = await own.get(never()).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ code });
  expect(Bun.inspect(error)).not.toMatch(/gateway@acme|PRIVATE KEY|eyJ/);
  endpoint.script(json(200, { access_token: 'ya29.later', expires_in: 3599 }));
  expect(await own.get(never())).toBe('ya29.later');
});

test('what was wrong with the connection is told as the cause', async () => {
  endpoint.script(closeBeforeAnswer());
  const error: unknown = await tokens()
    .get(never())
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ cause: { code: 'ECONNRESET' } });
});

test('requests carry the token and no other key; one that is refused is not used again', async () => {
  api.script([json(401, {}), json(200, {})]);
  const transport = withGoogleToken(httpTransport(api.url, {}), tokens());
  const send = (): Promise<UpstreamAnswer> =>
    transport.send({
      method: 'POST',
      target: '/models/m:generateContent',
      headers: { authorization: 'Bearer the-clients', 'x-goog-api-key': 'the-clients', 'x-other': '1' },
      body: '{}',
      cancellation: new Cancellation(),
    });
  expect((await send()).status).toBe(401);
  expect(lastOf(api).headers).toMatchObject({ authorization: 'Bearer ya29.0', 'x-other': '1' });
  expect(lastOf(api).headers['x-goog-api-key']).toBeUndefined();
  expect((await send()).status).toBe(200);
  expect(lastOf(api).headers['authorization']).toBe('Bearer ya29.1');
});

test.each([
  ['hello', 'is not valid JSON'],
  ['{"client_email":"a@b"}', 'has no client_email or no private_key'],
  ['{"client_email":"a@b","private_key":"-----BEGIN"}', 'has a private_key that is none in PEM'],
  [JSON.stringify({ client_email: 'a@b', private_key: PEM, token_uri: 'x' }), 'has a token_uri that is not a URL'],
])('a key that cannot be one is told', (text, problem) => {
  expect(readGoogleAccount(text)).toEqual({ problem });
});
